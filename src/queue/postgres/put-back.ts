import sql from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { Queryable } from "../../database/index.ts";
import type { AttemptOutcome, JobFailure } from "../job.ts";
import { ATTEMPT_CODE, STOPPING_CODE } from "./codes.ts";
import type { RunningJob } from "./running-jobs.ts";

/** A running job that is to be claimed again. */
export interface Return {
  readonly running: RunningJob;
  readonly outcome: Extract<AttemptOutcome, "failed" | "lost" | "released">;
  /** Milliseconds until it may be claimed; 0: at once, at its old place in the line. */
  readonly delayMs: number;
  /** True when the attempt does not count towards the limit. */
  readonly spared: boolean;
  readonly failure: JobFailure;
}

export interface ReturnedJob {
  readonly tenantId: TenantId;
  readonly jobId: string;
  readonly runAt: Date;
  /** The limit whose slot it gave up for the time of its delay. */
  readonly freedLimit?: number;
}

/**
 * Takes running jobs from their holders and puts them where they can be claimed again, in one statement.
 *
 * @returns the jobs that were moved; missing are those that their lease no longer holds or whose holder was asked to stop
 *   after `running` was read.
 */
export async function putBack(db: Queryable, returns: readonly Return[]): Promise<readonly ReturnedJob[]> {
  if (returns.length === 0) return [];
  const column = <T>(read: (item: Return) => T): T[] => returns.map(read);
  const rows = await db.query<{ tenant_id: TenantId; id: string; run_at: Date; freed_limit: number | null }>(sql`
    with given as materialized (
      select * from unnest(
        ${column((r) => r.running.lease.tenantId)}::int[],
        ${column((r) => r.running.lease.jobId)}::bigint[],
        ${column((r) => r.running.lease.attempt)}::int[],
        ${column((r) => r.running.lease.sessionId)}::bigint[],
        ${column((r) => STOPPING_CODE[r.running.facts.stopping])}::smallint[],
        ${column((r) => ATTEMPT_CODE[r.outcome])}::smallint[],
        ${column((r) => r.delayMs)}::bigint[],
        ${column((r) => (r.spared ? 1 : 0))}::int[],
        ${column((r) => JSON.stringify(r.failure))}::text[]
      ) as g (tenant_id, id, attempt, session_id, stopping, outcome, delay_ms, spare, error)
    ),
    start as materialized (select clock_timestamp() as now),
    ended as (
      delete from queue_active a using given g, start
      where a.tenant_id = g.tenant_id and a.id = g.id and a.attempt = g.attempt and a.session_id = g.session_id
        and a.stopping = g.stopping
      returning a.tenant_id, a.id, a.attempt, a.session_id, a.started_at, a.spared + g.spare as spared, a.limit_id, g.outcome, g.error,
        g.delay_ms, start.now + g.delay_ms * interval '1 ms' as run_at
    ),
    logged as (
      insert into queue_attempt (tenant_id, id, attempt, session_id, started_at, outcome, error)
      select tenant_id, id, attempt, session_id, started_at, outcome, error::json from ended
    ),
    later as (
      insert into queue_delayed (tenant_id, job_id, run_at, attempt, spared)
      select tenant_id, id, run_at, attempt, spared from ended where delay_ms > 0
    ),
    again as (
      -- It keeps the slot of its limit.
      insert into queue_ready (tenant_id, route_id, priority, line, lo, hi, ready_at, attempt, spared, limit_id)
      select e.tenant_id, j.route_id, j.priority, j.line, e.id, e.id, e.run_at, e.attempt, e.spared, e.limit_id
      from ended e join queue_job j on j.tenant_id = e.tenant_id and j.id = e.id
      where e.delay_ms = 0
    ),
    freed as (
      delete from queue_slot s using ended e
      where e.limit_id is not null and e.delay_ms > 0 and s.tenant_id = e.tenant_id and s.job_id = e.id
    )
    select tenant_id, id, run_at, case when delay_ms > 0 then limit_id end as freed_limit from ended`);
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    jobId: row.id,
    runAt: row.run_at,
    ...(row.freed_limit !== null && { freedLimit: row.freed_limit }),
  }));
}
