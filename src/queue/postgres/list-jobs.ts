import sql, { empty, join, type Sql } from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { Queryable } from "../../database/index.ts";
import type { Job, JobState } from "../job.ts";
import type { JobFilter } from "../queue.ts";
import { END_CODE } from "./codes.ts";
import { JOB_COLUMNS, JOB_JOINS, type JobRow, toJob } from "./job-rows.ts";

interface ListRequest {
  readonly tenantId: TenantId;
  readonly filter: JobFilter;
  readonly limit: number;
  /** Id of the last job of the page before. */
  readonly before: string | undefined;
}

/**
 * Jobs with the largest ids first.
 *
 * Each wanted state has a table, or an index, that holds nothing else; each gives its own first page by id and the page is
 * made of these. So a few failed jobs among millions of completed ones are found without reading the millions.
 */
export async function listJobs(db: Queryable, request: ListRequest): Promise<readonly Job[]> {
  const { tenantId, limit } = request;
  const sources = sourcesOf(request);
  if (sources.length === 0) return [];
  const rows = await db.query<JobRow>(sql`
    with page as materialized (
      select id from (${join(sources, " union all ")}) as source order by id desc limit ${limit}
    )
    select ${JOB_COLUMNS}
    from page join queue_job j on j.tenant_id = ${tenantId} and j.id = page.id ${JOB_JOINS}
    order by j.id desc`);
  return rows.map(toJob);
}

function sourcesOf(request: ListRequest): Sql[] {
  const { states, robotId, heldBy } = request.filter;
  if (heldBy !== undefined) return states === undefined || states.includes("pending") ? heldBack(request, heldBy) : [];
  if (states === undefined && robotId === undefined) return [firstPage(request, sql`queue_job`)];
  // Only a job that runs or has run has a robot.
  const wanted = states ?? (["running", "completed", "failed", "cancelled", "timed_out"] as const);
  return [...new Set(wanted)].flatMap((state) => SOURCES[state](request));
}

/** Waiting jobs of which the queue says that this holds them back. */
function heldBack(request: ListRequest, heldBy: NonNullable<Job["heldBy"]>): Sql[] {
  if (request.filter.robotId !== undefined) return [];
  if (heldBy === "time") return [firstPage(request, DELAYED)];
  if (heldBy === "limit") return [firstPage(request, parked(sql`paused_kind is null`))];
  // Jobs that came after the pause stay in the line until a claimer meets them, and all do where everything is paused.
  const kinds = sql`select kind from queue_pause where tenant_id = ${request.tenantId}`;
  const inLine = sql`(
    select line.tenant_id, line.id from ${waitingInLine(request)} as line
    join queue_job j on j.tenant_id = line.tenant_id and j.id = line.id
    where '' in (${kinds}) or j.kind in (${kinds})
  )`;
  return [firstPage(request, parked(sql`paused_kind is not null`)), firstPage(request, inLine)];
}

const DELAYED = sql`(select tenant_id, job_id as id from queue_delayed)`;

function parked(condition: Sql): Sql {
  return sql`(select tenant_id, job_id as id from queue_parked where ${condition})`;
}

const SOURCES: Readonly<Record<JobState, (request: ListRequest) => Sql[]>> = {
  pending: (request) =>
    request.filter.robotId === undefined
      ? [firstPage(request, waitingInLine(request)), firstPage(request, DELAYED), firstPage(request, parked(sql`true`))]
      : [],
  running: (request) => [firstPage(request, sql`queue_active`)],
  // No job of this queue waits for a person: that state belongs to runs.
  waiting: () => [],
  completed: (request) => [firstPage(request, sql`queue_done`, sql`and t.state = 1`)],
  failed: (request) => unsuccessful(request, END_CODE.failed),
  cancelled: (request) => unsuccessful(request, END_CODE.cancelled),
  timed_out: (request) => unsuccessful(request, END_CODE.timed_out),
};

function unsuccessful(request: ListRequest, code: number): Sql[] {
  // The first condition is the index's own, so the planner sees that it may use it.
  return [firstPage(request, sql`queue_done`, sql`and t.state <> 1 and t.state = ${code}`)];
}

/** Ids of the ranges in the line; without further conditions no more ranges than the page has jobs are unfolded. */
function waitingInLine(request: ListRequest): Sql {
  const { tenantId, filter, limit, before } = request;
  const isPlain =
    filter.kind === undefined &&
    filter.environment === undefined &&
    filter.heldBy === undefined &&
    filter.concurrencyKey === undefined &&
    filter.createdFrom === undefined &&
    filter.createdTo === undefined;
  return sql`(
    select tenant_id, generate_series(lo, hi) as id
    from (
      select tenant_id, lo, hi from queue_ready
      where tenant_id = ${tenantId} ${before === undefined ? empty : sql`and lo < ${before}::bigint`}
      order by hi desc ${isPlain ? sql`limit ${limit}` : empty}
    ) as range
  )`;
}

/** The largest matching ids of something that has tenant_id and id. */
function firstPage(request: ListRequest, table: Sql, condition: Sql = empty): Sql {
  const { tenantId, filter, limit, before } = request;
  const conditions = conditionsOf(filter);
  const jobs = conditions.length === 0 ? empty : sql`join queue_job j on j.tenant_id = ${tenantId} and j.id = t.id`;
  return sql`(
    select t.id from ${table} as t ${jobs}
    where t.tenant_id = ${tenantId} ${condition} ${before === undefined ? empty : sql`and t.id < ${before}::bigint`}
      ${join([empty, ...conditions], " and ")} ${ranBy(request)}
    order by t.id desc limit ${limit}
  )`;
}

/** Conditions on `queue_job j`. */
function conditionsOf(filter: JobFilter): Sql[] {
  const conditions: Sql[] = [];
  if (filter.kind !== undefined) conditions.push(sql`j.kind = ${filter.kind}`);
  if (filter.createdFrom !== undefined) conditions.push(sql`j.created_at >= ${filter.createdFrom}::timestamptz`);
  if (filter.createdTo !== undefined) conditions.push(sql`j.created_at < ${filter.createdTo}::timestamptz`);
  if (filter.concurrencyKey !== undefined) {
    conditions.push(sql`j.limit_id = (
      select id from queue_limit where tenant_id = j.tenant_id and key = ${filter.concurrencyKey}
    )`);
  }
  if (filter.environment !== undefined) {
    conditions.push(sql`j.route_id in (
      select id from queue_route where tenant_id = j.tenant_id and environment = ${filter.environment}
    )`);
  }
  return conditions;
}

function ranBy({ tenantId, filter }: ListRequest): Sql {
  if (filter.robotId === undefined) return empty;
  return sql`and t.session_id in (
    select id from queue_session where tenant_id = ${tenantId} and robot_id = ${filter.robotId}
  )`;
}
