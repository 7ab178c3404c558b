import sql from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { Queryable } from "../../database/index.ts";
import { categoryOf } from "../dead-letter-category.ts";
import type { DeadLetter, JobFailure } from "../job.ts";
import { ATTEMPT_CODE, CATEGORY_CODE, END_CODE, type EndState, REASON_CODE, STOPPING_CODE } from "./codes.ts";
import type { RunningJob } from "./running-jobs.ts";

/** A running job that is over. */
export interface Ending {
  readonly running: RunningJob;
  readonly state: Exclude<EndState, "completed">;
  readonly failure: JobFailure;
  readonly deadLetter?: DeadLetter["reason"];
  /** Attempts that count, for the dead letter. */
  readonly attempts: number;
  /** How the attempt ended if not by its holder's word about the job; goes to the attempt log. */
  readonly attemptOutcome?: "lost" | "released";
  /** What the attempt log says beside that. */
  readonly attemptFailure?: JobFailure;
}

/**
 * Ends running jobs, with their dead letters, in one statement.
 *
 * @returns ids of the jobs that were ended; missing are those that their lease no longer holds or whose holder was asked
 *   to stop after `running` was read.
 */
export async function endRunning(db: Queryable, endings: readonly Ending[]): Promise<readonly EndedJob[]> {
  if (endings.length === 0) return [];
  const column = <T>(read: (ending: Ending) => T): T[] => endings.map(read);
  const rows = await db.query<{ tenant_id: TenantId; id: string; limit_id: number | null }>(sql`
    with given as materialized (
      select * from unnest(
        ${column((e) => e.running.lease.tenantId)}::int[],
        ${column((e) => e.running.lease.jobId)}::bigint[],
        ${column((e) => e.running.lease.attempt)}::int[],
        ${column((e) => e.running.lease.sessionId)}::bigint[],
        ${column((e) => STOPPING_CODE[e.running.facts.stopping])}::smallint[],
        ${column((e) => e.attempts)}::int[],
        ${column((e) => END_CODE[e.state])}::smallint[],
        ${column((e) => JSON.stringify(e.failure))}::text[],
        ${column((e) => e.deadLetter && REASON_CODE[e.deadLetter])}::smallint[],
        ${column((e) => e.deadLetter && CATEGORY_CODE[categoryOf(e.deadLetter, e.failure)])}::smallint[],
        ${column((e) => e.attemptOutcome && ATTEMPT_CODE[e.attemptOutcome])}::smallint[],
        ${column((e) => e.attemptFailure && JSON.stringify(e.attemptFailure))}::text[]
      ) as g (tenant_id, id, attempt, session_id, stopping, attempts, state, error, reason, category, outcome, attempt_error)
    ),
    ended as (
      delete from queue_active a using given g
      where a.tenant_id = g.tenant_id and a.id = g.id and a.attempt = g.attempt and a.session_id = g.session_id
        and a.stopping = g.stopping
      returning a.tenant_id, a.id, a.attempt, a.session_id, a.started_at, g.attempts, g.state, g.error, g.reason, g.category,
        g.outcome, g.attempt_error, a.limit_id
    ),
    logged as (
      insert into queue_attempt (tenant_id, id, attempt, session_id, started_at, outcome, error)
      select tenant_id, id, attempt, session_id, started_at, outcome, attempt_error::json
      from ended where outcome is not null
    ),
    died as (
      insert into queue_dead_letter (tenant_id, job_id, attempts, reason, category, error)
      select tenant_id, id, attempts, reason, category, error::json from ended where reason is not null
    ),
    history as (
      insert into queue_done (tenant_id, id, attempt, session_id, started_at, state, by_holder, error)
      select tenant_id, id, attempt, session_id, started_at, state, outcome is null, error::json from ended
    ),
    freed as (
      delete from queue_slot s using ended e
      where e.limit_id is not null and s.tenant_id = e.tenant_id and s.job_id = e.id
    )
    select tenant_id, id, limit_id from ended`);
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    jobId: row.id,
    ...(row.limit_id !== null && { freedLimit: row.limit_id }),
  }));
}

export interface EndedJob {
  readonly tenantId: TenantId;
  readonly jobId: string;
  /** The limit whose slot it gave up. */
  readonly freedLimit?: number;
}
