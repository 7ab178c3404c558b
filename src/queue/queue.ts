import type { TenantId } from "../core/ids.ts";
import type { JsonValue } from "../core/json.ts";
import type {
  Attempt,
  ClaimedJob,
  DeadLetter,
  EnqueueOutcome,
  EnqueueRequest,
  Job,
  JobFailure,
  JobState,
  Lease,
} from "./job.ts";

/**
 * The job queue: at-least-once execution, exactly-once recording.
 *
 * Time is the queue's own (the database's, or the clock given to the memory queue): no caller's clock decides anything.
 * Every method rejects with a QUEUE_… error for bad input and with a `retryable` error when the store is out of reach;
 * outcomes that a caller must expect (lease lost, already finished) are return values.
 */
export interface JobQueue {
  /** Accepts jobs, all or none; resolves after they are durable. An empty list is fine. */
  enqueue(tenantId: TenantId, requests: readonly EnqueueRequest[]): Promise<readonly EnqueueOutcome[]>;

  /** Opens a lease holder for one start of one robot; its id is never used again. */
  openSession(session: SessionRequest): Promise<{ readonly sessionId: string }>;
  /** Prolongs the session and with it all its jobs; also stores progress and answers what the holder must know. */
  renew(renewal: Renewal): Promise<RenewalReply>;
  /** Gives back all jobs the session still holds (as `released`) and ends it. Ending twice is fine. */
  closeSession(tenantId: TenantId, sessionId: string): Promise<void>;

  /**
   * Takes up to `limit` jobs for a live session: most urgent first, oldest first within a priority, only jobs whose
   * `requires` are all offered and whose environment matches. Answers [] when nothing is to be had.
   * Rejects with QUEUE_SESSION_EXPIRED when the session is not live any more.
   */
  claim(request: ClaimRequest): Promise<readonly ClaimedJob[]>;

  /** Records a success. */
  complete(lease: Lease, result?: JsonValue): Promise<SettleOutcome>;
  /** Records a failure; the job's retry policy decides whether it runs again, is dead, cancelled or timed out. */
  fail(lease: Lease, failure: JobFailure): Promise<FailOutcome>;
  /** Gives the job back unharmed, to be claimed again at once; counts as an attempt only if `started`. */
  release(lease: Lease, options: { readonly started: boolean; readonly reason: string }): Promise<SettleOutcome>;
  /** True while the lease is the newest and its job runs: check before accepting what a robot sends about it. */
  holds(lease: Lease): Promise<boolean>;

  /** Cancels a waiting job at once, or asks the holder of a running one to stop. */
  requestCancel(tenantId: TenantId, jobId: string, reason?: string): Promise<CancelOutcome>;
  /** Makes a new job from a finished one, linked by `retryOf`; keeps every attribute. */
  retry(tenantId: TenantId, jobId: string): Promise<RetryOutcome>;

  get(tenantId: TenantId, jobId: string): Promise<Job | undefined>;
  /** Newest first. */
  list(tenantId: TenantId, filter: JobFilter, page: PageRequest): Promise<Page<Job>>;
  attempts(tenantId: TenantId, jobId: string): Promise<readonly Attempt[]>;
  stats(tenantId: TenantId): Promise<QueueStats>;

  /** Takes jobs from dead sessions, moves due jobs forward, ends jobs past their deadline; one pass. Safe to run anywhere, any number of times at once. */
  reap(): Promise<ReapReport>;

  listDeadLetters(tenantId: TenantId, page: PageRequest): Promise<Page<DeadLetter>>;
  getDeadLetter(tenantId: TenantId, jobId: string): Promise<DeadLetter | undefined>;
  /** Rejects with QUEUE_DEAD_LETTER_REQUEUED when it was requeued before, QUEUE_DEAD_LETTER_NOT_FOUND when there is none. */
  requeueDeadLetter(tenantId: TenantId, jobId: string): Promise<{ readonly jobId: string }>;
  /** False when there is none. The job itself stays in the history. */
  deleteDeadLetter(tenantId: TenantId, jobId: string): Promise<boolean>;

  /** Calls back when jobs may have become claimable, soon but not surely: a hint beside polling. */
  onAvailable(listener: () => void): Promise<{ close(): Promise<void> }>;
  /** Ends timers and connections of this queue object; stored jobs stay. */
  close(): Promise<void>;
}

export interface SessionRequest {
  readonly tenantId: TenantId;
  readonly robotId: string;
  /** Milliseconds a session stays live without being renewed, ≥ 1 000. */
  readonly leaseMs: number;
}

export interface Renewal {
  readonly tenantId: TenantId;
  readonly sessionId: string;
  readonly leaseMs: number;
  readonly jobs: readonly {
    readonly jobId: string;
    readonly attempt: number;
    /** In [0, 1]. */
    readonly progress?: number;
    readonly progressNote?: string;
  }[];
}

export interface RenewalReply {
  /** False when the session had expired: every job of it is lost, open a new one. */
  readonly live: boolean;
  /** Jobs of the request that the session does not hold any more. Stop working on them. */
  readonly lost: readonly string[];
  /** Jobs whose cancellation was asked for. Stop, then `fail` with error class "cancelled". */
  readonly cancelRequested: readonly string[];
}

export interface ClaimRequest {
  readonly tenantId: TenantId;
  readonly sessionId: string;
  readonly environment: string;
  /** Labels the robot offers. */
  readonly capabilities: readonly string[];
  /** 1–1 000. */
  readonly limit: number;
}

/** `recorded`: this call did it. `duplicate`: the same lease had already said so. `lost`: somebody else holds or ended the job. */
export type SettleOutcome = "recorded" | "duplicate" | "lost";

export type FailOutcome =
  | { readonly kind: "retry"; readonly runAt: Date }
  | { readonly kind: "ended"; readonly state: Extract<JobState, "failed" | "cancelled" | "timed_out"> }
  | { readonly kind: "duplicate" }
  | { readonly kind: "lost" };

export type CancelOutcome =
  | { readonly kind: "cancelled" }
  | { readonly kind: "requested"; readonly sessionId: string }
  | { readonly kind: "finished"; readonly state: JobState }
  | { readonly kind: "not-found" };

export type RetryOutcome =
  | { readonly kind: "created"; readonly jobId: string }
  | { readonly kind: "not-finished"; readonly state: JobState }
  | { readonly kind: "not-found" };

export interface JobFilter {
  readonly states?: readonly JobState[];
  readonly kind?: string;
  readonly robotId?: string;
  readonly environment?: string;
  readonly createdFrom?: Date;
  readonly createdTo?: Date;
}

export interface PageRequest {
  /** 1–250. */
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

export interface Page<T> {
  readonly data: readonly T[];
  readonly nextCursor?: string;
}

export interface QueueStats {
  readonly pending: number;
  readonly delayed: number;
  readonly running: number;
  readonly deadLetters: number;
  /** Milliseconds the oldest claimable job has waited. */
  readonly oldestPendingMs?: number;
}

export interface ReapReport {
  /** Jobs taken from dead sessions, and what became of them. */
  readonly requeued: readonly string[];
  readonly died: readonly string[];
  readonly cancelled: readonly string[];
  readonly timedOut: readonly string[];
  /** Delayed jobs that became claimable. */
  readonly promoted: number;
  readonly sessionsExpired: number;
}
