import { DEFAULT_TENANT, type TenantId } from "../../core/ids.ts";
import { queueErrors } from "../errors.ts";
import type { DeadLetter } from "../job.ts";
import type { DeadLetterFilter, JobQueue, Page, PageRequest } from "../queue.ts";
import {
  type BulkLetterOptions,
  type BulkLetterOutcome,
  type BulkRequeueOptions,
  type DeadLetterSelection,
  type DeleteOutcome,
  deleteDeadLetters,
  type RequeueOutcome,
  requeueDeadLetters,
} from "../requeue-dead-letters.ts";
import { LazyQueue, type QueueSource } from "./queue-source.ts";

/** A queue and whose dead letters are looked after. */
export type DLQManagerOptions = QueueSource & {
  /** Default: the tenant of an installation that has only one. */
  readonly tenantId?: TenantId;
};

/** A dead job and the one that was made of it. */
export interface RequeuedDeadLetter {
  readonly deadJobId: string;
  readonly jobId: string;
}

/**
 * Looks after jobs that were given up: shows them, gives them another chance, forgets them.
 *
 * Connects with the first call; close it when done.
 */
export class DLQManager {
  readonly #source: LazyQueue;
  readonly #tenantId: TenantId;

  constructor(options: DLQManagerOptions) {
    this.#source = new LazyQueue(options);
    this.#tenantId = options.tenantId ?? DEFAULT_TENANT;
  }

  /** The newest first; default the first hundred. */
  async list(page: PageRequest = { limit: 100 }, filter: DeadLetterFilter = {}): Promise<Page<DeadLetter>> {
    return (await this.#queue()).listDeadLetters(this.#tenantId, page, filter);
  }

  async get(jobId: string): Promise<DeadLetter | undefined> {
    return (await this.#queue()).getDeadLetter(this.#tenantId, jobId);
  }

  /**
   * Makes a new job with every attribute of the dead one. Rejects with QUEUE_DEAD_LETTER_NOT_FOUND, or with
   * QUEUE_DEAD_LETTER_REQUEUED when that was done before.
   *
   * @returns the id of the new job.
   */
  async requeue(jobId: string): Promise<string> {
    return (await (await this.#queue()).requeueDeadLetter(this.#tenantId, jobId)).jobId;
  }

  /** Forgets a dead letter; the job stays in the history. @returns false when there is none. */
  async delete(jobId: string): Promise<boolean> {
    return (await this.#queue()).deleteDeadLetter(this.#tenantId, jobId);
  }

  /**
   * Requeues these dead letters, or those that a filter finds, 1 000 at most a call, and tells what became of each. Goes on
   * with `nextCursor`.
   */
  async requeueMany(
    selection: DeadLetterSelection,
    options: BulkRequeueOptions = {},
  ): Promise<BulkLetterOutcome<RequeueOutcome>> {
    return requeueDeadLetters(await this.#queue(), this.#tenantId, selection, options);
  }

  /**
   * Requeues all dead letters that fit and were not requeued yet. When it rejects, those before the failure are requeued;
   * calling again goes on with the rest.
   */
  async requeueAll(filter: DeadLetterFilter = {}): Promise<readonly RequeuedDeadLetter[]> {
    const requeued: RequeuedDeadLetter[] = [];
    for await (const outcome of allOf((options) => this.requeueMany({ filter }, options))) {
      // Of the others somebody else was faster.
      if (outcome.kind === "requeued") requeued.push({ deadJobId: outcome.letter.jobId, jobId: outcome.requeuedAs });
    }
    return requeued;
  }

  /** Forgets these dead letters, or those that a filter finds, 1 000 at most a call. Goes on with `nextCursor`. */
  async deleteMany(
    selection: DeadLetterSelection,
    options: BulkLetterOptions = {},
  ): Promise<BulkLetterOutcome<DeleteOutcome>> {
    return deleteDeadLetters(await this.#queue(), this.#tenantId, selection, options);
  }

  /** Forgets all dead letters that fit. @returns how many. */
  async deleteAll(filter: DeadLetterFilter): Promise<number> {
    let deleted = 0;
    for await (const { kind } of allOf((options) => this.deleteMany({ filter }, options))) {
      if (kind === "deleted") deleted++;
    }
    return deleted;
  }

  /** Closes what this object opened. */
  async close(): Promise<void> {
    await this.#source.close();
  }

  async #queue(): Promise<JobQueue> {
    if (this.#source.isClosed) throw queueErrors.QUEUE_STOPPED({ what: "The dead letter queue" });
    return this.#source.get();
  }
}

/** What became of all, call after call from the newest to the oldest, so what dies meanwhile is not met. */
async function* allOf<Outcome>(
  call: (options: BulkLetterOptions) => Promise<BulkLetterOutcome<Outcome>>,
): AsyncGenerator<Outcome, void, void> {
  let cursor: string | undefined;
  do {
    const { outcomes, nextCursor } = await call(cursor === undefined ? {} : { cursor });
    yield* outcomes;
    cursor = nextCursor;
  } while (cursor !== undefined);
}
