import sql, { type Sql } from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { Queryable } from "../../database/index.ts";
import type { TouchedLimit } from "./admission.ts";

interface Copy {
  readonly tenantId: TenantId;
  /** The job to be repeated. */
  readonly jobId: string;
  readonly newId: number;
  /** The limit of a job that has none. */
  readonly limitId: number | undefined;
}

export interface Copied {
  readonly isMade: boolean;
  /** The limit that the new job has to pass. */
  readonly touched: readonly TouchedLimit[];
}

/**
 * Makes a new job of an ended one and takes its dead letter, if there is an open one, as requeued.
 *
 * Makes none when the job has not ended or does not exist.
 */
export function copyEndedJob(db: Queryable, copy: Copy): Promise<Copied> {
  return copyJob(
    db,
    copy,
    sql`source as (
      select j.* from queue_job j join queue_done d on d.tenant_id = j.tenant_id and d.id = j.id
      where j.tenant_id = ${copy.tenantId} and j.id = ${copy.jobId}
    ),
    letter as (${takeLetter(copy)})`,
  );
}

/**
 * Makes a new job of a dead one, unless its dead letter was requeued before.
 *
 * Makes none when there is no open dead letter.
 */
export function copyDeadJob(db: Queryable, copy: Copy): Promise<Copied> {
  return copyJob(
    db,
    copy,
    sql`letter as (${takeLetter(copy)}),
    source as (
      select j.* from letter l join queue_job j on j.tenant_id = ${copy.tenantId} and j.id = l.job_id
    )`,
  );
}

function takeLetter(copy: Copy): Sql {
  return sql`
    update queue_dead_letter set requeued_as = ${copy.newId}
    where tenant_id = ${copy.tenantId} and job_id = ${copy.jobId} and requeued_as is null
    returning job_id`;
}

/**
 * The copy keeps every attribute but the start time, which is now, and the idempotency key, which stays with the first.
 * A deadline that has passed is replaced by one that leaves as much time as the first job had.
 */
async function copyJob(db: Queryable, copy: Copy, sources: Sql): Promise<Copied> {
  const rows = await db.query<{ limit_id: number | null }>(sql`
    with ${sources},
    start as materialized (select nextval('queue_line') * 16384 + 1 as line, clock_timestamp() as now),
    job as (
      insert into queue_job (tenant_id, id, line, created_at, deadline, retry_of, route_id, priority, kind, retry, payload,
        limit_id)
      select s.tenant_id, ${copy.newId}, start.line, start.now,
        case when s.deadline <= start.now then start.now + (s.deadline - s.created_at) else s.deadline end,
        s.id, s.route_id, s.priority, s.kind, s.retry, s.payload, coalesce(s.limit_id, ${copy.limitId}::int)
      from source s, start
      on conflict do nothing
      returning tenant_id, id, line, created_at, deadline, route_id, priority, limit_id
    ),
    limited as (
      insert into queue_deadline (tenant_id, deadline, job_id)
      select tenant_id, deadline, id from job where deadline is not null
    ),
    line as (
      insert into queue_ready (tenant_id, route_id, priority, line, lo, hi, ready_at, attempt, spared)
      select tenant_id, route_id, priority, line, id, id, created_at, 0, 0 from job where limit_id is null
    ),
    parked as (
      insert into queue_parked (tenant_id, job_id, line, ready_at, route_id, priority, attempt, spared, limit_id)
      select tenant_id, id, line, created_at, route_id, priority, 0, 0, limit_id from job where limit_id is not null
    )
    select limit_id from job`);
  return {
    isMade: rows.length > 0,
    touched: rows.flatMap(({ limit_id: limitId }) => (limitId === null ? [] : [{ tenantId: copy.tenantId, limitId }])),
  };
}
