import sql from "sql-template-tag";
import type { Database } from "../../database/index.ts";
import type { TidyOptions, TidyReport } from "../tidy.ts";
import { watchAlarms } from "./alarms.ts";
import { foldStatistics } from "./fold-statistics.ts";
import { onDuty } from "./on-duty.ts";
import { forgetSessions } from "./sessions.ts";
import { tidyPartitions } from "./tidy-partitions.ts";

/** Rows per transaction, and transactions per pass. */
const PAGE = 1_000;
const MAX_PAGES = 100;

/**
 * One pass of all that need not be done every few seconds; see `JobQueue.tidy`. Figures first: they are of rows that may go.
 *
 * The duties do not depend on each other. One that fails is told after the others were seen to.
 */
export async function tidy(database: Database, options: TidyOptions): Promise<TidyReport> {
  const { retentionDays, deadLetterRetentionDays } = options;
  const failures: unknown[] = [];
  const attend = async <T>(otherwise: T, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      failures.push(error);
      return otherwise;
    }
  };
  await attend(undefined, () => foldStatistics(database, retentionDays));
  const deadLettersForgotten = await attend(0, () => forgetDeadLetters(database, deadLetterRetentionDays));
  const jobsForgotten = await attend(false, () => tidyPartitions(database, retentionDays));
  if (jobsForgotten) await attend(undefined, () => forgetSessions(database));
  const changes = await attend({ raised: [], cleared: [] }, () =>
    watchAlarms(database, { limits: options.alarms, retentionDays }),
  );
  if (failures.length > 0) throw failures[0];
  return { jobsForgotten, deadLettersForgotten, ...changes };
}

/** Their jobs stay in the history, until their partition goes. */
async function forgetDeadLetters(database: Database, days: number): Promise<number> {
  if (days === 0) return 0;
  let forgotten = 0;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const rows = await onDuty(database, "deadLetters", (transaction) =>
      transaction.query(sql`
        with old as materialized (
          select tenant_id, job_id from queue_dead_letter
          where died_at < clock_timestamp() - ${days}::int * interval '1 day'
          limit ${PAGE} for update skip locked
        )
        delete from queue_dead_letter l using old o where l.tenant_id = o.tenant_id and l.job_id = o.job_id
        returning l.job_id`),
    );
    forgotten += rows?.length ?? 0;
    if (rows === undefined || rows.length < PAGE) break;
  }
  return forgotten;
}
