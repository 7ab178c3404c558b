import sql from "sql-template-tag";
import type { Database, Queryable } from "../../database/index.ts";

/** First half of the advisory locks of the queue's duties; the second tells the duty. */
const DUTY_LOCK = 28_006;

/** What one process at a time does; each number is a lock and must be the same in every release. */
const DUTIES = {
  sessions: 1,
  deadlines: 2,
  ticker: 3,
  partitions: 4,
  deadLetters: 5,
  statistics: 6,
  alarms: 7,
} as const;
export type QueueDuty = keyof typeof DUTIES;

/**
 * Does a piece of work in a transaction, unless another process is at a piece of the same duty at this moment.
 *
 * The lock lives as long as the transaction: a process that dies or freezes frees it with its connection, a pooler may give
 * every transaction another connection, and no connection idles while the work goes on in another.
 *
 * @returns undefined when another process is at it.
 */
export function onDuty<T>(
  database: Database,
  duty: QueueDuty,
  work: (transaction: Queryable) => Promise<T>,
): Promise<T | undefined> {
  return database.withTransaction(async (transaction) => {
    const [lock] = await transaction.query<{ taken: boolean }>(
      sql`select pg_try_advisory_xact_lock(${DUTY_LOCK}::int, ${DUTIES[duty]}::int) as taken`,
    );
    return lock?.taken === true ? work(transaction) : undefined;
  });
}
