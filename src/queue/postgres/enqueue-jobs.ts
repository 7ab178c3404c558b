import sql from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { Queryable } from "../../database/index.ts";
import { DEFAULT_RETRY } from "../job.ts";
import { type IdentifiedJob, planRanges } from "./plan-ranges.ts";
import { WAKE_UP_CHANNEL } from "./wake-up.ts";

/** What one statement stores. */
export interface Arrivals {
  /** At most 16 383, in ascending order of their ids; no idempotency key twice. */
  readonly jobs: readonly IdentifiedJob[];
  /** Said on the channel of wake-ups when the jobs are there. */
  readonly wakeUp?: string | undefined;
}

/**
 * Stores jobs and puts them into the line, all or none.
 *
 * May be run again with the same ids when it is unknown whether it was committed: jobs that are there already get no
 * second place in the line. Jobs whose idempotency key is taken are left out.
 */
export async function enqueueJobs(db: Queryable, tenantId: TenantId, arrivals: Arrivals): Promise<void> {
  const { jobs, wakeUp } = arrivals;
  const first = jobs[0];
  if (first === undefined) return;
  /** Null instead of a list in which nothing is: the server reads it as so many nulls. */
  const column = <T>(read: (item: IdentifiedJob) => T): T[] | null => {
    const values = jobs.map(read);
    return values.every((value) => value === undefined) ? null : values;
  };
  /** Nothing where a job is as the first one in this. */
  const differing = <T>(read: (item: IdentifiedJob) => T): (T | undefined)[] | null => {
    const common = read(first);
    return column((item) => (read(item) === common ? undefined : read(item)));
  };
  await db.query(sql`
    with given as materialized (
      select id, coalesce(route_id, ${first.routeId}::int) as route_id,
        coalesce(priority, ${first.job.priority}::smallint) as priority, coalesce(kind, ${first.job.kind}::text) as kind,
        run_at, deadline, retry_of, key, retry, payload, limit_id, place
      from unnest(
        ${column((item) => item.id)}::bigint[],
        ${differing((item) => item.routeId)}::int[],
        ${differing((item) => item.job.priority)}::smallint[],
        ${differing((item) => item.job.kind)}::text[],
        ${column((item) => item.job.runAt)}::timestamptz[],
        ${column((item) => item.job.deadline)}::timestamptz[],
        ${column((item) => item.job.retryOf)}::bigint[],
        ${column((item) => item.job.idempotencyKey)}::text[],
        ${column((item) => (item.job.retry === DEFAULT_RETRY ? undefined : JSON.stringify(item.job.retry)))}::text[],
        ${column((item) => item.job.payloadText)}::text[],
        ${column((item) => item.limitId)}::int[]
      ) with ordinality as g (id, route_id, priority, kind, run_at, deadline, retry_of, key, retry, payload, limit_id, place)
    ),
    ranges as materialized (select ${planRanges(jobs)}::int[] as spans),
    start as materialized (select nextval('queue_line') * 16384 as line, clock_timestamp() as now),
    keyed as (
      -- Sorted, so that two statements with the same keys wait for each other and never both at once.
      insert into queue_idempotency (tenant_id, key, job_id)
      select ${tenantId}, key, id from given where key is not null order by key
      on conflict do nothing
      returning job_id
    ),
    job as (
      insert into queue_job (tenant_id, id, line, created_at, run_at, deadline, retry_of, route_id, priority, kind,
        idempotency_key, retry, payload, limit_id)
      select ${tenantId}, id, start.line + place, start.now, run_at, deadline, retry_of, route_id, priority, kind,
        key, retry::json, payload::json, limit_id
      from given, start
      where key is null or id in (select job_id from keyed)
      on conflict do nothing
      returning id, run_at, deadline, limit_id, line, route_id, priority, kind
    ),
    paused as materialized (select kind from queue_pause where tenant_id = ${tenantId}),
    parked as (
      insert into queue_parked
        (tenant_id, job_id, line, ready_at, route_id, priority, attempt, spared, limit_id, paused_kind)
      select ${tenantId}, id, job.line, start.now, route_id, priority, 0, 0, limit_id,
        case when limit_id is null then kind end
      from job, start
      where (limit_id is not null or kind = any (array(select kind from paused)))
        and (run_at is null or run_at <= start.now)
    ),
    later as (
      insert into queue_delayed (tenant_id, job_id, run_at, attempt, spared)
      select ${tenantId}, id, run_at, 0, 0 from job, start where run_at > start.now
    ),
    limited as (
      insert into queue_deadline (tenant_id, deadline, job_id)
      select ${tenantId}, deadline, id from job where deadline is not null
    ),
    queued as (
      insert into queue_ready (tenant_id, route_id, priority, line, lo, hi, ready_at, attempt, spared)
      select ${tenantId}, route_id, priority, job.line + span - 1, id, id + span - 1, start.now, 0, 0
      from start, job, lateral (select (select spans from ranges)[job.line - start.line] as span) r
      where span > 0
        and (run_at is null or run_at <= start.now) and kind <> all (array(select kind from paused))
    )
    select pg_notify(${WAKE_UP_CHANNEL}, message) from (select ${wakeUp ?? null}::text as message) w
    where message is not null`);
}

/** Which job each of these idempotency keys belongs to. */
export async function jobsByKey(
  db: Queryable,
  tenantId: TenantId,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (keys.length === 0) return new Map();
  const rows = await db.query<{ key: string; job_id: string }>(sql`
    select key, job_id from queue_idempotency where tenant_id = ${tenantId} and key = any(${keys}::text[])`);
  return new Map(rows.map((row) => [row.key, row.job_id]));
}
