import type { TenantId } from "../core/ids.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";

/** A job's state as the outside sees it. The last four are terminal and never change. */
export type JobState = "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled" | "timed_out";

/** Why an attempt failed, as far as retrying is concerned. */
export type ErrorClass = "transient" | "permanent" | "cancelled" | "lost-lease" | "timeout";

/** When a failed attempt is followed by another, and how soon. */
export interface RetryPolicy {
  /** Attempts in all, ≥ 1; 1 means no retry. */
  readonly maxAttempts: number;
  /** Delay before the second attempt, milliseconds. */
  readonly baseMs: number;
  /** Each further delay is this many times longer, ≥ 1. */
  readonly factor: number;
  /** No delay is longer, milliseconds. */
  readonly capMs: number;
  /** Share of the delay that is spread at random, in [0, 1]. */
  readonly jitter: number;
}

/** The policy of jobs that bring none: after 5 s, 15 s; three attempts in all. */
export const DEFAULT_RETRY: RetryPolicy = { maxAttempts: 3, baseMs: 5_000, factor: 3, capMs: 3_600_000, jitter: 0.2 };

/** Names for the usual priorities; any integer from 0 to 100 may be used, larger is more urgent. */
export const PRIORITY = { low: 25, normal: 50, high: 75, critical: 100 } as const;

/** Why an attempt or a job failed. Messages are cut at 16 384 characters. */
export interface JobFailure {
  readonly code: string;
  readonly message: string;
  readonly errorClass: ErrorClass;
  /** Where it failed (node, port, …) and what was seen; no secrets, at most 64 KiB. */
  readonly details?: JsonObject;
}

/** How many jobs with one key may be under way at the same time, and what becomes of those beyond. */
export interface ConcurrencyRule {
  /** Within the tenant, 1–200 characters. */
  readonly key: string;
  /** Jobs in the line or running, 1–100 000. The newest request decides for all jobs with the key. */
  readonly limit: number;
  /**
   * Beyond the limit, `queue` (default): jobs wait, most urgent first. `skip`: a new job is cancelled. `keep-latest`: only
   * the newest waits, older ones are cancelled. `cancel-oldest`: the oldest one under way is asked to stop.
   *
   * A job that waits for its next attempt is not under way, but comes back as one that waits.
   */
  readonly onLimit?: "queue" | "skip" | "keep-latest" | "cancel-oldest";
}

/** A job to be done. */
export interface EnqueueRequest {
  /** What kind of work it is; for workflow jobs the workflow's id. Handlers and filters go by it. 1–200 characters. */
  readonly kind: string;
  /** At most 1 MiB of JSON and 64 levels; U+0000 and lone surrogates come back as U+FFFD. */
  readonly payload: JsonValue;
  /** 0–100, default 50. */
  readonly priority?: number;
  /** Not before this instant; default at once. */
  readonly runAt?: Date;
  /**
   * A job that has not started by then is `timed_out`. A running one is asked to stop, as if it were cancelled, and is
   * `timed_out` when its attempt ends without success; a result that comes all the same is accepted.
   */
  readonly deadline?: Date;
  readonly retry?: Partial<RetryPolicy>;
  /** Labels a robot must offer, all of them; at most 100 of at most 100 characters. */
  readonly requires?: readonly string[];
  /** Only robots of this environment, 1–100 characters; default "default". */
  readonly environment?: string;
  /** Within a tenant, the first job with this key wins; later requests answer with that job. 1–200 characters. */
  readonly idempotencyKey?: string;
  /** The failed or finished job that this one repeats. */
  readonly retryOf?: string;
  /** Default: no limit. */
  readonly concurrency?: ConcurrencyRule;
}

/** What became of a request. */
export interface EnqueueOutcome {
  readonly jobId: string;
  /** False when the idempotency key named an existing job. */
  readonly created: boolean;
}

/** Names one attempt at one job; every write about it must carry the whole of it (the fencing token). */
export interface Lease {
  readonly tenantId: TenantId;
  readonly jobId: string;
  /** 1-based; rises with every claim, also after attempts that do not count. */
  readonly attempt: number;
  readonly sessionId: string;
}

/** A job and the lease on it; all a robot needs to run it. */
export interface ClaimedJob extends Lease {
  readonly kind: string;
  readonly payload: JsonValue;
  readonly priority: number;
  readonly retry: RetryPolicy;
  readonly createdAt: Date;
  readonly deadline?: Date;
}

/**
 * How an attempt ended. `failed`: and the job was tried again; `dead`: and that was the end of the job. `lost`: its
 * session ran out. `released`: it was given back.
 */
export type AttemptOutcome =
  | "running"
  | "completed"
  | "failed"
  | "cancelled"
  | "timed_out"
  | "lost"
  | "released"
  | "dead";

/** One attempt at a job. */
export interface Attempt {
  readonly attempt: number;
  readonly robotId?: string;
  readonly sessionId: string;
  readonly startedAt: Date;
  readonly endedAt?: Date;
  readonly outcome: AttemptOutcome;
  readonly error?: JobFailure;
}

/** All the queue knows of one job. */
export interface Job {
  readonly id: string;
  readonly tenantId: TenantId;
  readonly kind: string;
  readonly state: JobState;
  readonly payload: JsonValue;
  readonly priority: number;
  readonly environment: string;
  readonly requires: readonly string[];
  readonly retry: RetryPolicy;
  readonly idempotencyKey?: string;
  readonly retryOf?: string;
  readonly createdAt: Date;
  /** When it may start; for a retry, when the next attempt may. */
  readonly runAt: Date;
  readonly deadline?: Date;
  /** Attempts begun so far, with those that were given back before they started. */
  readonly attempt: number;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  /** Of the running attempt, or of the one with which the job ended. */
  readonly robotId?: string;
  /** True while a running job's holder is asked to stop, because of a request or of its deadline. */
  readonly cancelRequested: boolean;
  readonly concurrency?: Required<ConcurrencyRule>;
  /** Why a waiting job is not to be had: its time has not come, its concurrency limit is reached, or its kind or all is paused. */
  readonly heldBy?: "time" | "limit" | "pause";
  /** In [0, 1]. */
  readonly progress?: number;
  readonly progressNote?: string;
  readonly result?: JsonValue;
  readonly error?: JobFailure;
}

/** Of what a dead job died, which tells who has to look at it; see `categoryOf`. */
export type DeadLetterCategory = "exhausted" | "permanent" | "deadline" | "lost" | "business";

/** A job that was given up. */
export interface DeadLetter {
  readonly jobId: string;
  readonly tenantId: TenantId;
  readonly kind: string;
  readonly reason: "exhausted" | "permanent" | "deadline";
  readonly category: DeadLetterCategory;
  readonly error: JobFailure;
  /** Attempts that counted. */
  readonly attempts: number;
  readonly diedAt: Date;
  /** The job made from it, once it was requeued. */
  readonly requeuedAs?: string;
}
