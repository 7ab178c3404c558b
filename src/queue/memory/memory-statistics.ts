import { type BucketCount, placeOf, toHistogram } from "../histogram.ts";
import type { Attempt } from "../job.ts";
import {
  alignWindow,
  type EndedOutcome,
  type QueueStatistics,
  type RouteDepth,
  type StatisticsWindow,
  summarizeRoutes,
} from "../statistics.ts";
import type { MemoryJob, MemoryTenant } from "./memory-tenant.ts";
import { viewAttempts, viewJob } from "./memory-views.ts";

/** See `JobQueue.statistics`: counted anew each time. */
export function viewStatistics(tenant: MemoryTenant, asked: StatisticsWindow, now: Date): QueueStatistics {
  const window = alignWindow(asked, now);
  const isWithin = (at: Date | undefined): at is Date => at !== undefined && at >= window.from && at < window.to;
  const waits: BucketCount[] = [];
  const durations = new Map<EndedOutcome, BucketCount[]>();
  const ended = { completed: 0, failed: 0, cancelled: 0, timed_out: 0 };
  for (const job of tenant.jobs.values()) {
    if (job.place.kind === "done" && isWithin(job.place.finishedAt)) ended[job.place.state]++;
    for (const { attempt, startedAt, endedAt, outcome } of viewAttempts(tenant, job)) {
      if (outcome === "running" || !isWithin(endedAt)) continue;
      if (attempt === 1) waits.push(counted(startedAt.getTime() - waitsSince(job)));
      durations.set(outcome, [...(durations.get(outcome) ?? []), counted(endedAt.getTime() - startedAt.getTime())]);
    }
  }
  return {
    depth: summarizeRoutes(routesOf(tenant, now)),
    window,
    asOf: now,
    waits: toHistogram(waits),
    attempts: OUTCOMES.flatMap((outcome) => {
      const counts = durations.get(outcome);
      return counts === undefined ? [] : [{ outcome, durations: toHistogram(counts) }];
    }),
    ended,
  };
}

const OUTCOMES: readonly Exclude<Attempt["outcome"], "running">[] = [
  "completed",
  "failed",
  "cancelled",
  "timed_out",
  "lost",
  "released",
  "dead",
];

function counted(ms: number): BucketCount {
  const atLeast = Math.max(0, ms);
  return { place: placeOf(atLeast), count: 1, sumMs: atLeast };
}

function waitsSince({ accepted, createdAt }: MemoryJob): number {
  return Math.max(createdAt.getTime(), accepted.runAt?.getTime() ?? 0);
}

type Counts = { -readonly [Key in keyof RouteDepth]: RouteDepth[Key] };

function routesOf(tenant: MemoryTenant, now: Date): readonly RouteDepth[] {
  const routes = new Map<string, Counts>();
  for (const job of tenant.jobs.values()) {
    if (job.place.kind === "done") continue;
    const { environment, requires, priority } = job.accepted;
    const key = JSON.stringify([environment, requires, priority]);
    const route = routes.get(key) ?? {
      environment,
      requires,
      priority,
      pending: 0,
      delayed: 0,
      heldBack: 0,
      running: 0,
    };
    routes.set(key, route);
    add(route, tenant, job, now);
  }
  return [...routes.values()];
}

function add(route: Counts, tenant: MemoryTenant, job: MemoryJob, now: Date): void {
  const { place } = job;
  const { heldBy } = viewJob(tenant, job);
  if (place.kind === "active") route.running++;
  else if (place.kind === "delayed" && place.runAt > now) route.delayed++;
  else if (heldBy === "limit" || (heldBy === "pause" && tenant.pauses.has(job.accepted.kind))) route.heldBack++;
  else {
    route.pending++;
    const since = place.kind === "delayed" ? place.runAt : place.kind === "ready" ? place.readyAt : now;
    route.oldestWaitingMs = Math.max(route.oldestWaitingMs ?? 0, now.getTime() - since.getTime());
  }
}
