import sql, { type Sql } from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { JsonValue } from "../../core/json.ts";
import type { Queryable } from "../../database/index.ts";
import { deadlineFailure } from "../failure-record.ts";
import { type ClaimedJob, DEFAULT_RETRY, type RetryPolicy } from "../job.ts";
import { END_CODE, REASON_CODE } from "./codes.ts";

export interface ClaimFromRoutes {
  readonly tenantId: TenantId;
  readonly sessionId: string;
  /** Each once. */
  readonly routeIds: readonly number[];
  readonly limit: number;
}

export interface ClaimRound {
  /** False: the session is not live, and nothing was taken. */
  readonly live: boolean;
  readonly jobs: readonly PlacedJob[];
  /** Jobs ended as `timed_out` instead of being started, because their deadline had passed. */
  readonly overdue: number;
  /** Largest route number of the tenant; larger than the newest known, some routes were not looked at. */
  readonly newestRoute: number;
  /** True when delayed jobs of the tenant are due. */
  readonly due: boolean;
  /** True when nothing was taken although jobs were there: other claimers had them locked. */
  readonly contended: boolean;
}

/** A claimed job with its place in the line. */
export interface PlacedJob {
  readonly job: ClaimedJob;
  readonly line: bigint;
}

interface ClaimRow {
  readonly live: boolean;
  readonly overdue_count: number;
  readonly newest_route: number;
  readonly due: boolean;
  readonly contended: boolean;
  readonly id: string | null;
  readonly attempt: number;
  readonly line: string;
  readonly kind: string;
  readonly payload: JsonValue;
  readonly priority: number;
  readonly retry: RetryPolicy | null;
  readonly created_at: Date;
  readonly deadline: Date | null;
}

const JOB_ID = "{jobId}";
/** What a job that was overdue when it was claimed ends with; the statement puts its id in. */
const OVERDUE = JSON.stringify(deadlineFailure(JOB_ID));

/**
 * Takes the first jobs of some routes for a session: one statement, one commit.
 *
 * SKIP LOCKED makes claimers step over rows that others hold. A row may have changed between the statement's snapshot and its
 * lock, so only what DELETE and UPDATE return is taken, and rows are found again by their key: by `ctid` the changed
 * version would be missed and its jobs be taken twice.
 */
export async function claimJobs(db: Queryable, request: ClaimFromRoutes): Promise<ClaimRound> {
  const { tenantId, sessionId, routeIds } = request;
  const rows = await db.query<ClaimRow>(sql`
    with ${takeFromLine(request)},
    started as (
      insert into queue_active (tenant_id, id, attempt, spared, session_id, started_at)
      select ${tenantId}, id, attempt, spared, ${sessionId}, clock_timestamp() from job where not overdue
    ),
    ended as (
      insert into queue_done (tenant_id, id, attempt, state, by_holder, error)
      select ${tenantId}, id, attempt - 1, ${END_CODE.timed_out}, false,
        replace(${OVERDUE}, ${JOB_ID}, id::text)::json
      from job where overdue
    ),
    died as (
      insert into queue_dead_letter (tenant_id, job_id, attempts, reason, error)
      select ${tenantId}, id, attempt - 1 - spared, ${REASON_CODE.deadline},
        replace(${OVERDUE}, ${JOB_ID}, id::text)::json
      from job where overdue
    )
    select
      exists (select from live) as live,
      (select count(*) from job where overdue)::int as overdue_count,
      coalesce((select max(id) from queue_route where tenant_id = ${tenantId}), 0) as newest_route,
      exists (
        select from queue_delayed where tenant_id = ${tenantId} and run_at <= (select clock_timestamp())
      ) as due,
      not exists (select from taken)
        and exists (select from queue_ready where tenant_id = ${tenantId} and route_id = any(${routeIds}::int[]))
        as contended,
      j.id, j.attempt, j.line, j.kind, j.payload, j.priority, j.retry, j.created_at, j.deadline
    from (select) as one left join job j on not j.overdue
    order by j.priority desc, j.line`);
  return toRound(rows, tenantId, sessionId);
}

/** The parts `live`, `taken` and `job` of the statement: what is taken out of the line, and what it is. */
function takeFromLine({ tenantId, sessionId, routeIds, limit }: ClaimFromRoutes): Sql {
  return sql`
    live as materialized (
      select from queue_session
      where tenant_id = ${tenantId} and id = ${sessionId} and ended_at is null and until > clock_timestamp()
    ),
    head as materialized (
      select r.route_id, r.priority, r.line, r.lo, r.hi
      from live, unnest(${routeIds}::int[]) as route (id), lateral (
        select * from queue_ready
        where tenant_id = ${tenantId} and route_id = route.id
        order by priority desc, line
        limit ${limit}
        for update skip locked
      ) r
    ),
    counted as (
      select *, sum(hi - lo + 1) over (order by priority desc, line)::bigint - (hi - lo + 1) as before from head
    ),
    chosen as materialized (
      select route_id, priority, line, lo, hi, least(hi, lo + ${limit}::bigint - before - 1) as upto
      from counted where before < ${limit}::bigint
    ),
    emptied as (
      delete from queue_ready r using chosen c
      where r.tenant_id = ${tenantId} and r.route_id = c.route_id and r.priority = c.priority and r.line = c.line
        and c.upto = c.hi
      returning r.lo, r.hi as upto, r.attempt, r.spared
    ),
    shortened as (
      update queue_ready r set lo = c.upto + 1 from chosen c
      where r.tenant_id = ${tenantId} and r.route_id = c.route_id and r.priority = c.priority and r.line = c.line
        and c.upto < c.hi
      returning c.lo, c.upto, r.attempt, r.spared
    ),
    taken as materialized (select * from emptied union all select * from shortened),
    job as materialized (
      select j.id, j.line, j.created_at, j.deadline, j.priority, j.kind, j.retry, j.payload, t.attempt + 1 as attempt,
        t.spared, coalesce(j.deadline <= clock_timestamp(), false) as overdue
      from taken t, lateral (
        -- More than a claim takes. Without it the planner expects a ninth of the table and compiles the statement (JIT).
        select * from queue_job
        where tenant_id = ${tenantId} and id between t.lo and t.upto
        order by id limit 1000
      ) j
    )`;
}

function toRound(rows: readonly ClaimRow[], tenantId: TenantId, sessionId: string): ClaimRound {
  const [first] = rows;
  const jobs: PlacedJob[] = [];
  for (const row of rows) {
    if (row.id === null) continue;
    const job: ClaimedJob = {
      tenantId,
      sessionId,
      jobId: row.id,
      attempt: row.attempt,
      kind: row.kind,
      payload: row.payload,
      priority: row.priority,
      retry: row.retry ?? DEFAULT_RETRY,
      createdAt: row.created_at,
      ...(row.deadline !== null && { deadline: row.deadline }),
    };
    jobs.push({ job, line: BigInt(row.line) });
  }
  return {
    live: first?.live ?? false,
    jobs,
    overdue: first?.overdue_count ?? 0,
    newestRoute: first?.newest_route ?? 0,
    due: first?.due ?? false,
    contended: first?.contended ?? false,
  };
}
