import type { Histogram } from "./histogram.ts";
import type { AttemptOutcome, JobState } from "./job.ts";

/** Which time the figures of ended attempts and jobs are of. */
export interface StatisticsWindow {
  readonly from: Date;
  /** Not included; after `from`. */
  readonly to: Date;
}

/** How many jobs are where. */
export interface QueueDepth {
  /** They may start now. */
  readonly pending: number;
  /** Their time has not come. */
  readonly delayed: number;
  /** A concurrency limit or a pause holds them. */
  readonly heldBack: number;
  readonly running: number;
}

/** The jobs of one urgency. */
export interface PriorityDepth extends QueueDepth {
  readonly priority: number;
}

/** The jobs with equal demands on robots and equal urgency: one lane of the line. */
export interface RouteDepth extends PriorityDepth {
  readonly environment: string;
  readonly requires: readonly string[];
  /** Milliseconds the oldest job that may start now has waited. */
  readonly oldestWaitingMs?: number;
}

/** Outcomes of attempts that are over. */
export type EndedOutcome = Exclude<AttemptOutcome, "running">;

/** States of jobs that are over. */
export type EndedState = Extract<JobState, "completed" | "failed" | "cancelled" | "timed_out">;

/** Figures of a tenant's jobs: those that are there now, and what ended in a window of time. */
export interface QueueStatistics {
  readonly depth: QueueDepth & {
    /** The most urgent first; those without jobs are missing, as with routes. */
    readonly priorities: readonly PriorityDepth[];
    readonly routes: readonly RouteDepth[];
  };
  /** The window that was asked for, widened to whole minutes, where it is older than a day to whole hours. */
  readonly window: StatisticsWindow;
  /** Figures of the window hold what had ended by then. */
  readonly asOf: Date;
  /** From the moment a job might start to its first start; of jobs whose first attempt ended in the window. */
  readonly waits: Histogram;
  /** Attempts that ended in the window, by outcome; how long they ran. Outcomes that did not happen are missing. */
  readonly attempts: readonly { readonly outcome: EndedOutcome; readonly durations: Histogram }[];
  /** Jobs that ended in the window. */
  readonly ended: Readonly<Record<EndedState, number>>;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Figures older than this are kept by the hour. */
const MINUTES_FOR_MS = 86_400_000;

/** Before this instant, the beginning of an hour, figures are kept by the hour, after it by the minute. */
export function hourlyBefore(now: Date): Date {
  return new Date(floorTo(now.getTime() - MINUTES_FOR_MS, HOUR_MS));
}

/** The smallest window of whole minutes and hours, as they are kept, that holds the given one. */
export function alignWindow(window: StatisticsWindow, now: Date): StatisticsWindow {
  const hourlyMs = hourlyBefore(now).getTime();
  const stepAt = (ms: number): number => (ms < hourlyMs ? HOUR_MS : MINUTE_MS);
  const fromMs = window.from.getTime();
  const toMs = window.to.getTime();
  return {
    from: new Date(floorTo(fromMs, stepAt(fromMs))),
    to: new Date(-floorTo(-toMs, stepAt(toMs))),
  };
}

function floorTo(ms: number, stepMs: number): number {
  return Math.floor(ms / stepMs) * stepMs;
}

/** Adds lanes up. */
function totalDepth(depths: readonly QueueDepth[]): QueueDepth {
  const sumOf = (count: keyof QueueDepth): number => depths.reduce((sum, depth) => sum + depth[count], 0);
  return {
    pending: sumOf("pending"),
    delayed: sumOf("delayed"),
    heldBack: sumOf("heldBack"),
    running: sumOf("running"),
  };
}

/** All and by urgency, from the lanes; in an order that does not depend on theirs. */
export function summarizeRoutes(routes: readonly RouteDepth[]): QueueStatistics["depth"] {
  const priorities = [...new Set(routes.map(({ priority }) => priority))].toSorted((a, b) => b - a);
  return {
    ...totalDepth(routes),
    priorities: priorities.map((priority) => ({
      priority,
      ...totalDepth(routes.filter((route) => route.priority === priority)),
    })),
    routes: routes.toSorted(
      (a, b) =>
        compare(a.environment, b.environment) ||
        b.priority - a.priority ||
        compare(a.requires.join("\u0000"), b.requires.join("\u0000")),
    ),
  };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
