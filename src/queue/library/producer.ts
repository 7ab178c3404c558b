import { DEFAULT_TENANT, type TenantId } from "../../core/ids.ts";
import { type BulkCancelOptions, type BulkCancelOutcome, cancelJobs } from "../cancel-jobs.ts";
import { queueErrors } from "../errors.ts";
import type { EnqueueOutcome, EnqueueRequest, Job } from "../job.ts";
import type { CancelOutcome, JobFilter, JobQueue, QueueStats } from "../queue.ts";
import { LazyQueue, type QueueSource } from "./queue-source.ts";

/** A queue and whose jobs go into it. */
export type PgQueuerProducerOptions = QueueSource & {
  /** Default: the tenant of an installation that has only one. */
  readonly tenantId?: TenantId;
};

/**
 * Puts jobs into the queue, from any number of places at once; needs nothing but PostgreSQL.
 *
 * Connects with the first call. Calls of `enqueue` that come together share a commit, and each resolves after it.
 *
 * @example
 * const producer = new PgQueuerProducer({ url: process.env["DATABASE_URL"] ?? "" });
 * const { jobId } = await producer.enqueue({ kind: "invoice", payload: { file: "a.pdf" }, idempotencyKey: "a.pdf" });
 * await producer.close();
 */
export class PgQueuerProducer {
  readonly #source: LazyQueue;
  readonly #tenantId: TenantId;
  readonly #arriving = new Set<Promise<unknown>>();

  constructor(options: PgQueuerProducerOptions) {
    this.#source = new LazyQueue(options);
    this.#tenantId = options.tenantId ?? DEFAULT_TENANT;
  }

  /** Resolves once the job is durable. Rejects with QUEUE_INVALID, or with a retryable error when the database is out of reach. */
  async enqueue(request: EnqueueRequest): Promise<EnqueueOutcome> {
    const [outcome] = await this.enqueueMany([request]);
    if (outcome === undefined) throw new TypeError("the queue gave no answer for a job");
    return outcome;
  }

  /** Up to 10 000 jobs in one commit, all or none. */
  async enqueueMany(requests: readonly EnqueueRequest[]): Promise<readonly EnqueueOutcome[]> {
    this.#checkOpen();
    const arriving = this.#source.get().then((queue) => queue.enqueue(this.#tenantId, requests));
    this.#arriving.add(arriving);
    try {
      return await arriving;
    } finally {
      this.#arriving.delete(arriving);
    }
  }

  /** The job as it is now, or undefined when there is none with this id. */
  async get(jobId: string): Promise<Job | undefined> {
    return (await this.#queue()).get(this.#tenantId, jobId);
  }

  /** Cancels a waiting job, or asks the robot of a running one to stop. */
  async cancel(jobId: string, reason?: string): Promise<CancelOutcome> {
    return (await this.#queue()).requestCancel(this.#tenantId, jobId, reason);
  }

  /** Cancels all jobs that match and have not ended, 10 000 at most a call. */
  async cancelMany(filter: JobFilter, options: BulkCancelOptions = {}): Promise<BulkCancelOutcome> {
    return cancelJobs(await this.#queue(), this.#tenantId, filter, options);
  }

  /** Starts no more jobs of a kind, or none at all, until `resume`. */
  async pause(kind?: string, reason?: string): Promise<void> {
    await (await this.#queue()).pause(this.#tenantId, kind, reason);
  }

  /** @returns false when it was not paused. */
  async resume(kind?: string): Promise<boolean> {
    return (await this.#queue()).resume(this.#tenantId, kind);
  }

  /**
   * Makes a new job of an ended one. Rejects with QUEUE_JOB_NOT_FOUND or QUEUE_JOB_NOT_FINISHED.
   *
   * @returns the id of the new job.
   */
  async retry(jobId: string): Promise<string> {
    const outcome = await (await this.#queue()).retry(this.#tenantId, jobId);
    if (outcome.kind === "created") return outcome.jobId;
    if (outcome.kind === "not-found") throw queueErrors.QUEUE_JOB_NOT_FOUND({ jobId });
    throw queueErrors.QUEUE_JOB_NOT_FINISHED({ jobId, state: outcome.state });
  }

  async stats(): Promise<QueueStats> {
    return (await this.#queue()).stats(this.#tenantId);
  }

  /** Waits for the jobs that are on their way, then closes what this object opened. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#arriving);
    await this.#source.close();
  }

  #checkOpen(): void {
    if (this.#source.isClosed) throw queueErrors.QUEUE_STOPPED({ what: "The producer" });
  }

  async #queue(): Promise<JobQueue> {
    this.#checkOpen();
    return this.#source.get();
  }
}
