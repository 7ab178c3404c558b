import { hasCode } from "../../core/errors.ts";
import { DEFAULT_TENANT, type TenantId } from "../../core/ids.ts";
import { MAX_PAGE } from "../cursor.ts";
import { queueErrors } from "../errors.ts";
import type { DeadLetter } from "../job.ts";
import type { JobQueue, Page, PageRequest } from "../queue.ts";
import { LazyQueue, type QueueSource } from "./queue-source.ts";

/** A queue and whose dead letters are looked after. */
export type DLQManagerOptions = QueueSource & {
  /** Default: the tenant of an installation that has only one. */
  readonly tenantId?: TenantId;
};

/** Which dead letters; all that is given must fit. */
export interface DeadLetterFilter {
  readonly kind?: string;
  readonly reason?: DeadLetter["reason"];
  /** Code of the error that the job died of. */
  readonly code?: string;
  /** From this instant on. */
  readonly diedFrom?: Date;
  /** Before this instant. */
  readonly diedTo?: Date;
}

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
  async list(page: PageRequest = { limit: 100 }): Promise<Page<DeadLetter>> {
    return (await this.#queue()).listDeadLetters(this.#tenantId, page);
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
   * Requeues all dead letters that fit and were not requeued yet. When it rejects, those before the failure are requeued;
   * calling again goes on with the rest.
   */
  async requeueAll(filter: DeadLetterFilter = {}): Promise<readonly RequeuedDeadLetter[]> {
    const queue = await this.#queue();
    const requeued: RequeuedDeadLetter[] = [];
    for await (const letter of this.#matching(queue, filter)) {
      if (letter.requeuedAs !== undefined) continue;
      try {
        const { jobId } = await queue.requeueDeadLetter(this.#tenantId, letter.jobId);
        requeued.push({ deadJobId: letter.jobId, jobId });
      } catch (error) {
        // Somebody else was faster: requeued or deleted, it is seen to.
        if (!hasCode(error, "QUEUE_DEAD_LETTER_REQUEUED") && !hasCode(error, "QUEUE_DEAD_LETTER_NOT_FOUND"))
          throw error;
      }
    }
    return requeued;
  }

  /** Forgets all dead letters that fit. @returns how many. */
  async deleteAll(filter: DeadLetterFilter): Promise<number> {
    const queue = await this.#queue();
    let deleted = 0;
    for await (const letter of this.#matching(queue, filter)) {
      if (await queue.deleteDeadLetter(this.#tenantId, letter.jobId)) deleted++;
    }
    return deleted;
  }

  /** Closes what this object opened. */
  async close(): Promise<void> {
    await this.#source.close();
  }

  /** Page by page from the newest to the oldest, so what dies meanwhile is not met. */
  async *#matching(queue: JobQueue, filter: DeadLetterFilter): AsyncGenerator<DeadLetter> {
    let cursor: string | undefined;
    do {
      const page = await queue.listDeadLetters(this.#tenantId, {
        limit: MAX_PAGE,
        ...(cursor !== undefined && { cursor }),
      });
      for (const letter of page.data) if (fits(letter, filter)) yield letter;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }

  async #queue(): Promise<JobQueue> {
    if (this.#source.isClosed) throw queueErrors.QUEUE_STOPPED({ what: "The dead letter queue" });
    return this.#source.get();
  }
}

function fits(letter: DeadLetter, filter: DeadLetterFilter): boolean {
  return (
    (filter.kind === undefined || letter.kind === filter.kind) &&
    (filter.reason === undefined || letter.reason === filter.reason) &&
    (filter.code === undefined || letter.error.code === filter.code) &&
    (filter.diedFrom === undefined || letter.diedAt >= filter.diedFrom) &&
    (filter.diedTo === undefined || letter.diedAt < filter.diedTo)
  );
}
