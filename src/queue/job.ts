import type { TenantId } from "../core/ids.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";

/** A job's state as the outside sees it. The last four are terminal and never change. */
export type JobState = "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled" | "timed_out";

/** Why an attempt failed, as far as retrying is concerned. */
export type ErrorClass = "transient" | "permanent" | "cancelled" | "lost-lease" | "timeout";

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

export const DEFAULT_RETRY: RetryPolicy = { maxAttempts: 3, baseMs: 5_000, factor: 3, capMs: 3_600_000, jitter: 0.2 };

/** Names for the usual priorities; any integer from 0 to 100 may be used, larger is more urgent. */
export const PRIORITY = { low: 25, normal: 50, high: 75, critical: 100 } as const;

export interface JobFailure {
  readonly code: string;
  readonly message: string;
  readonly errorClass: ErrorClass;
  /** Where it failed (node, port, …) and what was seen; no secrets, at most 64 KiB. */
  readonly details?: JsonObject;
}

export interface EnqueueRequest {
  /** What kind of work it is; for workflow jobs the workflow's id. Handlers and filters go by it. 1–200 characters. */
  readonly kind: string;
  readonly payload: JsonValue;
  /** 0–100, default 50. */
  readonly priority?: number;
  /** Not before this instant; default at once. */
  readonly runAt?: Date;
  /** A run that has not ended by then is `timed_out`; a job that has not started by then is, too. */
  readonly deadline?: Date;
  readonly retry?: Partial<RetryPolicy>;
  /** Labels a robot must offer, all of them. */
  readonly requires?: readonly string[];
  /** Only robots of this environment; default "default". */
  readonly environment?: string;
  /** Within a tenant, the first job with this key wins; later requests answer with that job. 1–200 characters. */
  readonly idempotencyKey?: string;
  /** The failed or finished job that this one repeats. */
  readonly retryOf?: string;
}

export interface EnqueueOutcome {
  readonly jobId: string;
  /** False when the idempotency key named an existing job. */
  readonly created: boolean;
}

/** Names one attempt at one job; every write about it must carry the whole of it (the fencing token). */
export interface Lease {
  readonly tenantId: TenantId;
  readonly jobId: string;
  /** 1-based. */
  readonly attempt: number;
  readonly sessionId: string;
}

export interface ClaimedJob extends Lease {
  readonly kind: string;
  readonly payload: JsonValue;
  readonly priority: number;
  readonly retry: RetryPolicy;
  readonly createdAt: Date;
  readonly deadline?: Date;
}

export type AttemptOutcome =
  | "running"
  | "completed"
  | "failed"
  | "cancelled"
  | "timed_out"
  | "lost"
  | "released"
  | "dead";

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
  /** Attempts begun so far. */
  readonly attempt: number;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  readonly robotId?: string;
  readonly cancelRequested: boolean;
  /** In [0, 1]. */
  readonly progress?: number;
  readonly progressNote?: string;
  readonly result?: JsonValue;
  readonly error?: JobFailure;
}

export interface DeadLetter {
  readonly jobId: string;
  readonly tenantId: TenantId;
  readonly kind: string;
  readonly reason: "exhausted" | "permanent" | "deadline";
  readonly error: JobFailure;
  readonly attempts: number;
  readonly diedAt: Date;
  /** The job made from it, once it was requeued. */
  readonly requeuedAs?: string;
}
