import { type Database, migrate, openDatabase } from "../../database/index.ts";
import { createPostgresQueue } from "../postgres-queue.ts";
import type { JobQueue } from "../queue.ts";
import { QUEUE_SESSION_SETTINGS } from "../session-settings.ts";

/** Where the jobs are: one of three. */
export type QueueSource =
  | {
      /** `postgres://user:password@host:port/database`; brought up to this release's schema unless `migrate` is false. */
      readonly url: string;
      /** Default true. */
      readonly migrate?: boolean;
      /** Connections of the pool; default 10. */
      readonly maxConnections?: number;
      /**
       * True when the URL leads to a pooler that gives each transaction another connection, such as PgBouncer in transaction
       * mode: jobs of other processes are then found by polling, and statements are not prepared. Default false.
       */
      readonly isPooled?: boolean;
    }
  | {
      /** Already migrated; it stays open. */
      readonly database: Database;
    }
  | {
      /** Such as a `MemoryQueue`; it stays open. */
      readonly queue: JobQueue;
    };

interface OpenedQueue {
  readonly queue: JobQueue;
  /** Closes what was opened here, and nothing else. */
  close(): Promise<void>;
}

async function openQueueSource(source: QueueSource): Promise<OpenedQueue> {
  if ("queue" in source) return { queue: source.queue, close: async () => undefined };
  if ("database" in source) {
    const queue = createPostgresQueue({ database: source.database });
    return { queue, close: () => queue.close() };
  }
  const { url, maxConnections = 10, isPooled = false } = source;
  const database = openDatabase({
    url,
    maxConnections,
    applicationName: "casare-queue",
    preparedStatements: !isPooled,
    // Set on one connection of the pooler, they would be met by somebody else.
    ...(!isPooled && { sessionSettings: QUEUE_SESSION_SETTINGS }),
  });
  try {
    if (source.migrate !== false) await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  const queue = createPostgresQueue({ database, listen: !isPooled });
  return {
    queue,
    async close() {
      await queue.close();
      await database.close();
    },
  };
}

/** Opens its source with the first use, and again after a failure; closes it once. */
export class LazyQueue {
  readonly #source: QueueSource;
  #opening: Promise<OpenedQueue> | undefined;
  #isClosed = false;

  constructor(source: QueueSource) {
    this.#source = source;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async get(): Promise<JobQueue> {
    this.#opening ??= openQueueSource(this.#source);
    try {
      return (await this.#opening).queue;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const opening = this.#opening;
    this.#opening = undefined;
    const opened = await opening?.catch(() => undefined);
    await opened?.close();
  }
}
