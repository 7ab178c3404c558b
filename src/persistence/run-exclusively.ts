import sql from "sql-template-tag";
import type { Database } from "../database/index.ts";

/** First half of the advisory locks of singleton duties; the second tells the duty. */
const DUTY_LOCK = 28_005;

/** Duties that one replica at a time does. */
const DUTIES = { upkeep: 1 } as const;
/** A duty; its number in `DUTIES` is its lock and must be the same in every release. */
export type Duty = keyof typeof DUTIES;

/**
 * Does the work unless another process is doing it at this moment.
 *
 * The lock lives as long as this process's connection: when the process dies, it is free at once.
 *
 * @returns false when another process is at it; the work was not started.
 */
export async function runExclusively(database: Database, duty: Duty, work: () => Promise<void>): Promise<boolean> {
  return database.withTransaction(async (transaction) => {
    const [lock] = await transaction.query<{ taken: boolean }>(
      sql`select pg_try_advisory_xact_lock(${DUTY_LOCK}::int, ${DUTIES[duty]}::int) as taken`,
    );
    if (!lock?.taken) return false;
    await work();
    return true;
  });
}
