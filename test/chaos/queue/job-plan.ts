/** What each job of a run is and does, told by the seed and its number alone: producers, workers and checks agree unasked. */
import { z } from "zod";
import type { EnqueueRequest } from "../../../src/queue/index.ts";
import { createDice } from "./dice.ts";
import type { JobLimit } from "./evidence.ts";

/** Where a handler kills its own process. */
type DeathPlace = "start" | "work" | "end" | "recording";

export interface JobPlan {
  readonly n: number;
  readonly priority: number;
  readonly maxAttempts: number;
  /** Milliseconds from the enqueue until it may start. */
  readonly delayMs?: number;
  /** Milliseconds from the enqueue until it must have started. */
  readonly deadlineMs?: number;
  readonly workMs: number;
  /** Ignores that it was asked to stop. */
  readonly isStubborn: boolean;
  readonly reportsProgress: boolean;
  readonly requires: readonly string[];
  /** Milliseconds from the acknowledgement until its cancellation is asked for. */
  readonly cancelAfterMs?: number;
  /** Both producers offer it, with the same key at about the same time. */
  readonly isShared: boolean;
  readonly death?: { readonly at: DeathPlace; readonly always: boolean };
  readonly limit?: LimitRule;
}

type LimitRule = NonNullable<EnqueueRequest["concurrency"]>;

/** `single`: a call and a key for each job. `keyed`: one call, a key for each job. `bulk`: one call, no keys. */
export type BlockForm = "single" | "keyed" | "bulk";

/** What an attempt ends with, if nothing comes in between. */
export type Fate = "complete" | "fail" | "fail-permanently";

/** Jobs that are offered together. */
export const BLOCK = 25;
/** What some workers offer and some jobs require. */
export const RARE_LABEL = "gpu";

const WEIGHTED_FORMS: readonly BlockForm[] = ["single", "single", "single", "keyed", "bulk", "bulk"];
const PRIORITIES = [25, 50, 50, 50, 75, 100];
const MAX_ATTEMPTS = [2, 4, 4, 6, 6, 10, 10, 10];
const LIMITED_SHARE = 0.06;
/** Keys with a limit: most jobs wait at it, some keys have the other rules. */
const LIMIT_RULES: readonly LimitRule[] = Array.from({ length: 12 }, (_, index) => ({
  key: `site-${index}`,
  limit: 1 + (index % 4),
  onLimit: (["skip", "keep-latest", "cancel-oldest"] as const)[index] ?? "queue",
}));
const STORM_EVERY = 60;
const FAILING_SHARE = 0.05;
const PERMANENT_SHARE = 0.001;

export function formOfBlock(seed: number, block: number): BlockForm {
  return createDice(seed, "block", block).pick(WEIGHTED_FORMS);
}

export function planJob(seed: number, n: number): JobPlan {
  const block = Math.floor(n / BLOCK);
  const isBulk = formOfBlock(seed, block) === "bulk";
  const ofBlock = createDice(seed, "bulk", block);
  const dice = createDice(seed, "job", n);
  // Neighbours that are alike become ranges of the line; jobs of bulk calls are alike.
  const priority = (isBulk ? ofBlock : dice).pick(PRIORITIES);
  const requires = (isBulk ? ofBlock : dice).hits(0.05) ? [RARE_LABEL] : [];
  const delayMs = !isBulk && dice.hits(0.06) ? dice.whole(50, 6_000) : undefined;
  const deadlineMs = dice.hits(0.02) ? (delayMs ?? 0) + dice.whole(200, 6_000) : undefined;
  const death = dice.hits(0.00025) ? { at: dice.pick(DEATHS), always: dice.hits(0.15) } : undefined;
  const limit = dice.hits(LIMITED_SHARE) ? dice.pick(LIMIT_RULES) : undefined;
  const cancelAfterMs = dice.hits(0.03) ? dice.whole(0, 2_500) : undefined;
  return {
    n,
    priority,
    maxAttempts: death?.always ? 3 : dice.pick(MAX_ATTEMPTS),
    workMs: limit === undefined ? workOf(dice.roll(), dice.roll()) : dice.whole(20, 250),
    isStubborn: dice.hits(0.3),
    reportsProgress: dice.hits(0.05),
    requires,
    isShared: !isBulk && dice.hits(0.04),
    ...(delayMs !== undefined && { delayMs }),
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(cancelAfterMs !== undefined && { cancelAfterMs }),
    ...(death !== undefined && { death }),
    ...(limit !== undefined && { limit }),
  };
}

/** What its concurrency rule means for the checks. */
export function limitOfJob(seed: number, n: number): JobLimit | undefined {
  const { limit: rule } = planJob(seed, n);
  return rule && { key: rule.key, limit: rule.limit, cancels: rule.onLimit !== "queue" };
}

const DEATHS: readonly DeathPlace[] = ["start", "work", "end", "recording"];

/** Most jobs are short, some take moments, and enough take longer than a lease that a robot's pause always meets some. */
function workOf(kind: number, size: number): number {
  if (kind < 0.6) return 0;
  if (kind < 0.96) return Math.round(size * 60);
  return kind < 0.985 ? Math.round(200 + size * 800) : Math.round(1_500 + size * 2_500);
}

/** @param attempt 1-based. */
export function fateOf(seed: number, n: number, attempt: number): Fate {
  const block = Math.floor(n / BLOCK);
  if (createDice(seed, "permanent", n).hits(PERMANENT_SHARE)) return "fail-permanently";
  // Now and then everything fails for a while.
  if (block % STORM_EVERY === STORM_EVERY - 1 && attempt === 1) return "fail";
  return createDice(seed, "fate", n, attempt).hits(FAILING_SHARE) ? "fail" : "complete";
}

/** Which call offered a job: takes of one job are told apart, so that a doubled one shows. */
export interface Call {
  /** Numbers the tries of all lives of all producers; no two calls of one job have the same. */
  readonly take: number;
  /** The first job of the call and how many there are. */
  readonly first: number;
  readonly size: number;
}

const payloadSchema = z.object({
  n: z.int().min(0),
  take: z.int().min(0),
  first: z.int().min(0),
  size: z.int().min(1),
  text: z.string(),
});

export function readPayload(payload: unknown): Call & { readonly n: number } {
  return payloadSchema.parse(payload);
}

function keyOf(n: number): string {
  return `order-${n}`;
}

export function requestOf(
  plan: JobPlan,
  call: Call,
  options: { readonly isKeyed: boolean; readonly now: Date },
): EnqueueRequest {
  const { n, delayMs, deadlineMs, limit } = plan;
  const later = (ms: number): Date => new Date(options.now.getTime() + ms);
  return {
    kind: "chaos",
    payload: { n, ...call, text: TEXT },
    priority: plan.priority,
    retry: { maxAttempts: plan.maxAttempts, baseMs: 100, factor: 2, capMs: 2_000, jitter: 0.2 },
    requires: plan.requires,
    ...(delayMs !== undefined && { runAt: later(delayMs) }),
    ...(deadlineMs !== undefined && { deadline: later(deadlineMs) }),
    ...(limit !== undefined && { concurrency: limit }),
    ...(options.isKeyed && { idempotencyKey: keyOf(n) }),
  };
}

/** Makes a payload about as large as usual ones. */
const TEXT = "0123456789".repeat(14);
