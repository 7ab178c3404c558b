import sql from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { Queryable } from "../../database/index.ts";
import { categoryOf } from "../dead-letter-category.ts";
import type { DeadLetter, JobFailure } from "../job.ts";
import type { TouchedLimit } from "./admission.ts";
import { CATEGORY_CODE, END_CODE, type EndState, REASON_CODE } from "./codes.ts";

/**
 * Ends a job that waits, in the line or for its time; a range that it stands in is split.
 *
 * The job's row tells its lane and its place, so its range is found by one index probe, however long the line is.
 *
 * @returns the limits that got room, or undefined when the job does not wait (any more).
 */
export async function endWaiting(
  db: Queryable,
  tenantId: TenantId,
  jobId: string,
  ending: {
    readonly state: Exclude<EndState, "completed">;
    readonly failure: JobFailure;
    readonly deadLetter?: DeadLetter["reason"];
  },
): Promise<readonly TouchedLimit[] | undefined> {
  const errorText = JSON.stringify(ending.failure);
  const reason = ending.deadLetter && REASON_CODE[ending.deadLetter];
  const category = ending.deadLetter && CATEGORY_CODE[categoryOf(ending.deadLetter, ending.failure)];
  const rows = await db.query<{ limit_id: number | null }>(sql`
    with range as materialized (
      select r.route_id, r.priority, r.line
      from queue_job j, lateral (
        select * from queue_ready r
        where r.tenant_id = ${tenantId} and r.route_id = j.route_id and r.priority = j.priority and r.line >= j.line
        order by r.line limit 1
      ) r
      where j.tenant_id = ${tenantId} and j.id = ${jobId}
    ),
    cut as (
      delete from queue_ready r using range g
      where r.tenant_id = ${tenantId} and r.route_id = g.route_id and r.priority = g.priority and r.line = g.line
        and r.lo <= ${jobId} and r.hi >= ${jobId}
      returning r.*
    ),
    rest as (
      insert into queue_ready (tenant_id, route_id, priority, line, lo, hi, ready_at, attempt, spared)
      select c.tenant_id, c.route_id, c.priority, c.line - (c.hi - p.hi), p.lo, p.hi, c.ready_at, c.attempt, c.spared
      from cut c, lateral (values (c.lo, ${jobId}::bigint - 1), (${jobId}::bigint + 1, c.hi)) as p (lo, hi)
      where p.lo <= p.hi
    ),
    undelayed as (
      delete from queue_delayed where tenant_id = ${tenantId} and job_id = ${jobId} returning attempt, spared
    ),
    unparked as (
      delete from queue_parked where tenant_id = ${tenantId} and job_id = ${jobId} returning attempt, spared, limit_id
    ),
    gone as materialized (
      select attempt, spared, limit_id from cut
      union all
      select attempt, spared, null from undelayed
      union all
      select attempt, spared, limit_id from unparked
    ),
    freed as (
      delete from queue_slot where tenant_id = ${tenantId} and job_id = ${jobId}
        and exists (select from gone where limit_id is not null)
    ),
    died as (
      insert into queue_dead_letter (tenant_id, job_id, attempts, reason, category, error)
      select ${tenantId}, ${jobId}, attempt - spared, ${reason}::smallint, ${category}::smallint, ${errorText}::json
      from gone where ${reason}::smallint is not null
    ),
    history as (
      insert into queue_done (tenant_id, id, attempt, state, by_holder, error)
      select ${tenantId}, ${jobId}, attempt, ${END_CODE[ending.state]}::smallint, false, ${errorText}::json from gone
    )
    select limit_id from gone`);
  const [row] = rows;
  if (row === undefined) return undefined;
  return row.limit_id === null ? [] : [{ tenantId, limitId: row.limit_id }];
}
