import type { TenantId } from "../core/ids.ts";
import type { JsonValue } from "../core/json.ts";
import type {
  Attempt,
  ClaimedJob,
  ConcurrencyRule,
  DeadLetter,
  EnqueueOutcome,
  EnqueueRequest,
  Job,
  JobFailure,
  JobState,
  Lease,
} from "./job.ts";
import type { QueueAlarm } from "./queue-alarms.ts";
import type { QueueStatistics, StatisticsWindow } from "./statistics.ts";
import type { TidyOptions, TidyReport } from "./tidy.ts";

/**
 * The job queue: at-least-once execution, exactly-once recording.
 *
 * Time is the queue's own (the database's, or the clock given to the memory queue): no caller's clock decides anything.
 * Every method rejects with a QUEUE_… error for bad input and with a `retryable` error when the store is out of reach;
 * outcomes that a caller must expect (lease lost, already finished) are return values.
 */
export interface JobQueue {
  /**
   * Accepts jobs, all or none; resolves after they are durable. An empty list is fine.
   *
   * At most 10 000 jobs and 64 Mi characters of payload. Jobs of equal priority are claimed in the order of the calls, and
   * within a call in the order of the list.
   */
  enqueue(tenantId: TenantId, requests: readonly EnqueueRequest[]): Promise<readonly EnqueueOutcome[]>;

  /** Opens a lease holder for one start of one robot; its id is never used again. */
  openSession(session: SessionRequest): Promise<{ readonly sessionId: string }>;
  /**
   * Prolongs the session and with it all its jobs; also stores progress and answers what the holder must know.
   *
   * A session whose time is up but which was not reaped yet is revived. Progress outside [0, 1] is moved into it.
   */
  renew(renewal: Renewal): Promise<RenewalReply>;
  /**
   * Gives back all jobs the session still holds (as `released`, counted as started) and ends it. Ending twice is fine.
   * Release jobs that were not started before.
   */
  closeSession(tenantId: TenantId, sessionId: string): Promise<void>;

  /**
   * Takes up to `limit` jobs for a live session: most urgent first, oldest first within a priority, only jobs whose
   * `requires` are all offered and whose environment matches. It may bring fewer although more wait, so ask again; answers [] when
   * nothing is to be had.
   * Rejects with QUEUE_SESSION_EXPIRED when the session is not live any more. A holder that gets the answer later than
   * `leaseMs` after it asked must not start the jobs: they may have been taken back.
   */
  claim(request: ClaimRequest): Promise<readonly ClaimedJob[]>;

  /** Records a success, also of a job that was to be cancelled or is late. Rejects with QUEUE_INVALID for a result above 1 MiB. */
  complete(lease: Lease, result?: JsonValue): Promise<SettleOutcome>;
  /** Records a failure; the job's retry policy decides whether it runs again, is dead, cancelled or timed out. */
  fail(lease: Lease, failure: JobFailure): Promise<FailOutcome>;
  /**
   * Gives the job back unharmed, to be claimed again at once, at its old place in the line. It counts as an attempt only if
   * `started`; a started one that was the last makes a dead letter, and a job that was asked to stop ends.
   */
  release(lease: Lease, options: { readonly started: boolean; readonly reason: string }): Promise<SettleOutcome>;
  /** True while the lease is the newest and its job runs: check before accepting what a robot sends about it. */
  holds(lease: Lease): Promise<boolean>;

  /** Cancels a waiting job at once, or asks the holder of a running one to stop. */
  requestCancel(tenantId: TenantId, jobId: string, reason?: string): Promise<CancelOutcome>;
  /**
   * Makes a new job from a finished one, linked by `retryOf`, to start at once; keeps every attribute but the idempotency key.
   * A deadline that has passed becomes one that leaves as much time as the old job had. An open dead letter of the job
   * counts as requeued by it.
   */
  retry(tenantId: TenantId, jobId: string, options?: RepeatOptions): Promise<RetryOutcome>;

  get(tenantId: TenantId, jobId: string): Promise<Job | undefined>;
  /** Newest first; jobs of different processes may be a few seconds out of order. */
  list(tenantId: TenantId, filter: JobFilter, page: PageRequest): Promise<Page<Job>>;
  attempts(tenantId: TenantId, jobId: string): Promise<readonly Attempt[]>;
  stats(tenantId: TenantId): Promise<QueueStats>;
  /**
   * What is there by state, urgency and route, and how what ended in a window of time went: waits, attempts, ends. Costs as
   * much as there are jobs that have not ended, however many have. Ended ones are counted by `tidy`.
   */
  statistics(tenantId: TenantId, window: StatisticsWindow): Promise<QueueStatistics>;
  /** What is wrong with the queue's database, as `tidy` last saw it; of all tenants. The oldest first. */
  alarms(): Promise<readonly QueueAlarm[]>;

  /**
   * Starts no more jobs of a kind, or of the tenant (without one), until `resume`; what runs goes on. Once it resolves, no
   * claim gives such a job. Pausing twice is fine: the first reason stays.
   */
  pause(tenantId: TenantId, kind?: string, reason?: string): Promise<void>;
  /** @returns false when it was not paused. */
  resume(tenantId: TenantId, kind?: string): Promise<boolean>;
  listPauses(tenantId: TenantId): Promise<readonly Pause[]>;
  /** Changes the limit of a key at once, for the jobs that wait as well, as the newest request with the key would. */
  changeLimit(tenantId: TenantId, rule: ConcurrencyRule): Promise<void>;

  /** Takes jobs from dead sessions, moves due jobs forward, ends jobs past their deadline; one pass. Safe to run anywhere, any number of times at once. */
  reap(options?: ReapOptions): Promise<ReapReport>;
  /**
   * Forgets jobs and dead letters whose time is over, counts what ended since the last pass, looks for what is wrong; one pass,
   * about every minute. Of several at once, one works. A job with a dead letter is kept as long as that; the idempotency key
   * of a forgotten job can be used again. Nothing that waits or runs is ever forgotten.
   */
  tidy(options: TidyOptions): Promise<TidyReport>;

  /** Newest first, requeued ones included unless the filter says otherwise. */
  listDeadLetters(tenantId: TenantId, page: PageRequest, filter?: DeadLetterFilter): Promise<Page<DeadLetter>>;
  getDeadLetter(tenantId: TenantId, jobId: string): Promise<DeadLetter | undefined>;
  /** As `retry`. Rejects with QUEUE_DEAD_LETTER_REQUEUED when it was requeued before, QUEUE_DEAD_LETTER_NOT_FOUND when there is none. */
  requeueDeadLetter(tenantId: TenantId, jobId: string, options?: RepeatOptions): Promise<{ readonly jobId: string }>;
  /** False when there is none. The job itself stays in the history. */
  deleteDeadLetter(tenantId: TenantId, jobId: string): Promise<boolean>;

  /** Calls back when jobs may have become claimable, soon but not surely: a hint beside polling. */
  onAvailable(listener: () => void): Promise<{ close(): Promise<void> }>;
  /** Ends timers and connections of this queue object; stored jobs stay. */
  close(): Promise<void>;
}

/** Who wants to hold jobs. */
export interface SessionRequest {
  readonly tenantId: TenantId;
  readonly robotId: string;
  /** Milliseconds a session stays live without being renewed, ≥ 1 000. */
  readonly leaseMs: number;
}

/** A heartbeat of a session. */
export interface Renewal {
  readonly tenantId: TenantId;
  readonly sessionId: string;
  readonly leaseMs: number;
  /**
   * Every job the holder has, until its end is recorded. One that was never named although the session was renewed two
   * leases after its claim is taken back (as not started): its holder never heard of it.
   */
  readonly jobs: readonly {
    readonly jobId: string;
    readonly attempt: number;
    /** In [0, 1]. */
    readonly progress?: number;
    readonly progressNote?: string;
  }[];
}

/** What a holder must know. */
export interface RenewalReply {
  /** False when the session had expired: every job of it is lost, open a new one. */
  readonly live: boolean;
  /** Jobs of the request that the session does not hold any more. Stop working on them. */
  readonly lost: readonly string[];
  /** Jobs whose cancellation was asked for. Stop, then `fail` with error class "cancelled". */
  readonly cancelRequested: readonly string[];
}

/** What a session can take. */
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

/** What became of the job: it runs again, or it ended; `duplicate` and `lost` as for SettleOutcome. */
export type FailOutcome =
  | { readonly kind: "retry"; readonly runAt: Date }
  | { readonly kind: "ended"; readonly state: Extract<JobState, "failed" | "cancelled" | "timed_out"> }
  | { readonly kind: "duplicate" }
  | { readonly kind: "lost" };

/** `cancelled`: the job waited and has ended. `requested`: the holder of this session is asked to stop. */
export type CancelOutcome =
  | { readonly kind: "cancelled" }
  | { readonly kind: "requested"; readonly sessionId: string }
  | { readonly kind: "finished"; readonly state: JobState }
  | { readonly kind: "not-found" };

/** A job that had to make room for a newer one with its concurrency key: `keep-latest` or `cancel-oldest`. */
export interface Displaced {
  readonly tenantId: TenantId;
  readonly jobId: string;
  readonly reason: string;
  /** `finished` and `not-found` when something else was faster. */
  readonly outcome: CancelOutcome;
}

/** The new job, or why there is none. */
export type RetryOutcome =
  | { readonly kind: "created"; readonly jobId: string }
  | { readonly kind: "not-finished"; readonly state: JobState }
  | { readonly kind: "not-found" };

/** Which jobs; all that is given must fit. `createdFrom` is included, `createdTo` is not. */
export interface JobFilter {
  readonly states?: readonly JobState[];
  readonly kind?: string;
  readonly robotId?: string;
  readonly environment?: string;
  readonly createdFrom?: Date;
  readonly createdTo?: Date;
  /** Only waiting jobs, and of these the ones held back for this reason. */
  readonly heldBy?: NonNullable<Job["heldBy"]>;
  readonly concurrencyKey?: string;
}

/** What a repeated job gets beside the attributes of the first. */
export interface RepeatOptions {
  /** For a job that has no limit of its own; one with the same key is brought up to date. */
  readonly concurrency?: ConcurrencyRule;
}

/** Which dead letters; all that is given must fit. */
export interface DeadLetterFilter {
  readonly kind?: string;
  readonly reason?: DeadLetter["reason"];
  readonly category?: DeadLetter["category"];
  /** Code of the error that the job died of. */
  readonly code?: string;
  /** From this instant on. */
  readonly diedFrom?: Date;
  /** Before this instant. */
  readonly diedTo?: Date;
  /** Only those that were, or were not, requeued. */
  readonly requeued?: boolean;
}

/** Which part of a list. */
export interface PageRequest {
  /** 1–250. */
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/** Part of a list; no `nextCursor`: it was the last. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly nextCursor?: string;
}

/** Jobs that are not to be started. */
export interface Pause {
  /** Absent: all kinds. */
  readonly kind?: string;
  readonly pausedAt: Date;
  readonly reason?: string;
}

/** Counts of one tenant. */
export interface QueueStats {
  /** Waiting jobs that may start now. */
  readonly pending: number;
  /** Waiting jobs whose time has not come. */
  readonly delayed: number;
  /** Waiting jobs that a concurrency limit or the pause of their kind holds back. */
  readonly heldBack: number;
  readonly running: number;
  /** Those not requeued. */
  readonly deadLetters: number;
  /** Milliseconds the oldest claimable job has waited. */
  readonly oldestPendingMs?: number;
}

/** What one pass leaves out. */
export interface ReapOptions {
  /** Leaves sessions and their jobs alone: for a while after an outage in which nobody could renew. Due jobs and deadlines are seen to. */
  readonly spareSessions?: boolean;
}

/** What one pass did. */
export interface ReapReport {
  /** Jobs taken from dead sessions, and what became of them. */
  readonly requeued: readonly string[];
  readonly died: readonly string[];
  readonly cancelled: readonly string[];
  readonly timedOut: readonly string[];
  /** Delayed jobs that became claimable. */
  readonly promoted: number;
  /** True when jobs that a limit had held back became claimable. */
  readonly admitted: boolean;
  readonly sessionsExpired: number;
}
