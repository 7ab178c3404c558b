import sql, { type Sql } from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { JsonValue } from "../../core/json.ts";
import type { Queryable } from "../../database/index.ts";
import { deadlineFailure } from "../failure-record.ts";
import { type ClaimedJob, DEFAULT_RETRY, type Lease, type RetryPolicy } from "../job.ts";
import type { TouchedLimit } from "./admission.ts";
import { END_CODE, REASON_CODE } from "./codes.ts";
import type { Lane } from "./lanes.ts";
import { ALL_KINDS } from "./pauses.ts";

/** A success to be recorded. */
export interface Completion {
  readonly lease: Lease;
  /** JSON text; undefined for no result. */
  readonly resultText: string | undefined;
}

/** A session that wants jobs. */
export interface Ask {
  readonly sessionId: string;
  readonly seats: number;
}

export interface ExchangeRequest {
  readonly tenantId: TenantId;
  /** Each job once, in ascending order. */
  readonly completions: readonly Completion[];
  /** Each lane once, with the place from which it is looked at. */
  readonly lanes: readonly (Lane & { readonly start: number })[];
  readonly asks: readonly Ask[];
  /** Rows of each lane that are looked at: enough for all seats, and few, because they are locked. */
  readonly ranges: number;
}

export interface Exchanged {
  /** Which completions were recorded; the leases of the others do not hold their jobs. */
  readonly recorded: ReadonlySet<number>;
  /** For each ask its jobs, or undefined when its session is not live. */
  readonly taken: readonly (readonly PlacedJob[] | undefined)[];
  /** Jobs not started: their deadline had passed, so they were ended, or their kind is paused, so they were parked. */
  readonly putAside: number;
  /** Limits that got room. */
  readonly freed: readonly TouchedLimit[];
  /** Largest route number of the tenant; larger than the newest known, some lanes were not looked at. */
  readonly newestRoute: number;
  /** True when delayed jobs of the tenant are due. */
  readonly due: boolean;
  /** True when more is there than was looked at: rows that others have locked, or more rows than `ranges`. */
  readonly hasMore: boolean;
  /** Rows of the line that were taken or shortened. */
  readonly rowsTaken: number;
}

/** A claimed job with its place in the line. */
export interface PlacedJob {
  readonly job: ClaimedJob;
  /** Whole; multiples of 16 384 from a sequence, so it stays exact for centuries. */
  readonly line: number;
  readonly routeId: number;
}

/** A claimed job as the statement writes it; times in seconds since 1970. */
type JobText = readonly [
  id: string,
  attempt: number,
  line: number,
  routeId: number,
  priority: number,
  ask: number,
  created: number,
  deadline: number | null,
  kind: string,
  retry: RetryPolicy | null,
  payload: JsonValue,
];

interface Summary {
  readonly recorded: readonly number[] | null;
  readonly live: readonly number[] | null;
  readonly put_aside: number;
  readonly freed: readonly number[] | null;
  readonly newest_route: number;
  readonly due: boolean;
  readonly has_more: boolean;
  readonly rows_taken: number;
}

const JOB_ID = "{jobId}";
/** What a job that was overdue when it was claimed ends with; the statement puts its id in. */
const OVERDUE = JSON.stringify(deadlineFailure(JOB_ID));

/**
 * Records successes and takes the first jobs of some lanes for some sessions: one statement, one commit.
 *
 * SKIP LOCKED makes claimers step over rows that others hold. A row may have changed between the statement's snapshot and its
 * lock, so only what DELETE and UPDATE return is taken, and rows are found again by their key: by `ctid` the changed
 * version would be missed and its jobs be taken twice.
 */
export async function exchangeJobs(db: Queryable, request: ExchangeRequest): Promise<Exchanged> {
  const { tenantId, asks } = request;
  const rows = await db.query<{ readonly said: string }>(sql`
    with ${recordCompletions(request)},
    ${takeFromLine(request)},
    started as (
      insert into queue_active (tenant_id, id, attempt, spared, session_id, started_at, limit_id)
      select ${tenantId}, id, attempt, spared, session_id, clock_timestamp(), limit_id
      from seated where not overdue and not paused
    ),
    ${putAside(tenantId)}
    select
      json_build_object(
        'recorded', (select array_agg(place) from recorded),
        'live', (select array_agg(place) from live),
        'put_aside', (select count(*) from aside),
        'freed', (select array_agg(distinct limit_id) from freed),
        'rows_taken', (select count(*) from taken),
        'newest_route', coalesce((select max(id) from queue_route where tenant_id = ${tenantId}), 0),
        'due', exists (
          select from queue_delayed where tenant_id = ${tenantId} and run_at <= (select clock_timestamp())
        ),
        'has_more', exists (select from live) and (
          (select count(*) from head) > (select count(*) from taken)
          or exists (
            select from lane, lateral (
              select from queue_ready
              where tenant_id = ${tenantId} and route_id = lane.id and priority = lane.priority and line >= lane.start
              order by line
              limit 1
            ) first
            where not exists (select from taken)
          )
          or exists (select from head group by route_id having count(*) >= ${request.ranges})
        )
      )::text as said
    union all
    select concat('["', id, '",', attempt, ',', line, ',', route_id, ',', priority, ',', ask, ',',
      date_part('epoch', created_at), ',', coalesce(date_part('epoch', deadline)::text, 'null'), ',',
      to_json(kind), ',', coalesce(retry::text, 'null'), ',', payload, ']')
    from seated where not overdue and not paused`);
  const [summary, jobs] = readAnswer(rows);
  return {
    recorded: new Set((summary.recorded ?? []).map((place) => place - 1)),
    taken: dealOut(jobs, summary.live ?? [], tenantId, asks),
    putAside: summary.put_aside,
    freed: (summary.freed ?? []).map((limitId) => ({ tenantId, limitId })),
    newestRoute: summary.newest_route,
    due: summary.due,
    hasMore: summary.has_more,
    rowsTaken: summary.rows_taken,
  };
}

/**
 * The part `recorded`: which completions hold their lease, with their history written.
 *
 * What was said about a job is looked up by its place in the sorted list of ids. As a join the planner, which cannot know how
 * much there is, would compare each with each, or read the whole table with all rows that were deleted lately.
 */
function recordCompletions({ tenantId, completions }: ExchangeRequest): Sql {
  const column = <T>(read: (completion: Completion) => T): T[] => completions.map(read);
  const results = column(({ resultText }) => resultText ?? null);
  return sql`
    said as materialized (
      select ${column(({ lease }) => lease.jobId)}::bigint[] as ids,
        ${column(({ lease }) => lease.attempt)}::int[] as attempts,
        ${column(({ lease }) => lease.sessionId)}::bigint[] as sessions,
        ${results.some((text) => text !== null) ? JSON.stringify(results) : null}::jsonb as results
    ),
    recorded as (
      delete from queue_active
      where tenant_id = ${tenantId} and id = any((select ids from said)::bigint[])
        and attempt = (select attempts from said)[width_bucket(id, (select ids from said))]
        and session_id = (select sessions from said)[width_bucket(id, (select ids from said))]
      returning id, attempt, session_id, started_at, limit_id, width_bucket(id, (select ids from said)) as place
    ),
    history as (
      insert into queue_done (tenant_id, id, attempt, session_id, started_at, state, result)
      select ${tenantId}, id, attempt, session_id, started_at, ${END_CODE.completed}::smallint,
        ((select results from said) ->> (place - 1))::json
      from recorded
    )`;
}

/** The parts `aside` and what becomes of it: overdue jobs end, and those of paused kinds wait, out of the line, for the end of the pause. */
function putAside(tenantId: TenantId): Sql {
  return sql`
    aside as materialized (select id, line, route_id, priority, attempt, spared, limit_id, kind, overdue
      from seated where overdue or paused),
    parked as (
      -- It keeps its slot, if its limit has given it one.
      insert into queue_parked
        (tenant_id, job_id, line, ready_at, route_id, priority, attempt, spared, limit_id, paused_kind)
      select ${tenantId}, id, line, clock_timestamp(), route_id, priority, attempt - 1, spared, limit_id, kind
      from aside where not overdue
    ),
    freed as (
      delete from queue_slot s using (
        select id from recorded where limit_id is not null
        union all
        select id from aside where overdue and limit_id is not null
      ) o
      where s.tenant_id = ${tenantId} and s.job_id = o.id
      returning s.limit_id
    ),
    ended as (
      insert into queue_done (tenant_id, id, attempt, state, by_holder, error)
      select ${tenantId}, id, attempt - 1, ${END_CODE.timed_out}, false,
        replace(${OVERDUE}, ${JOB_ID}, id::text)::json
      from aside where overdue
    ),
    died as (
      insert into queue_dead_letter (tenant_id, job_id, attempts, reason, error)
      select ${tenantId}, id, attempt - 1 - spared, ${REASON_CODE.deadline},
        replace(${OVERDUE}, ${JOB_ID}, id::text)::json
      from aside where overdue
    )`;
}

/** The parts `live`, `taken` and `seated`: who may have jobs, what is taken out of the line, and who gets which job. */
function takeFromLine({ tenantId, lanes, asks, ranges }: ExchangeRequest): Sql {
  return sql`
    live as materialized (
      select a.place::int as place, a.seats, s.id as session_id
      from unnest(
        ${asks.map((ask) => ask.sessionId)}::bigint[], ${asks.map((ask) => ask.seats)}::int[]
      ) with ordinality as a (session_id, seats, place), lateral (
        -- One look into the index for each. The planner would compare all sessions with all asks.
        select id from queue_session
        where tenant_id = ${tenantId} and id = a.session_id and ended_at is null and until > clock_timestamp()
        limit 1
      ) s
    ),
    seats as materialized (
      select coalesce(array_agg(place order by place, n), '{}') as asks,
        coalesce(array_agg(session_id order by place, n), '{}') as sessions, count(*) as wanted
      from live, generate_series(1, seats) as n
      where not exists (select from queue_pause where tenant_id = ${tenantId} and kind = ${ALL_KINDS})
    ),
    lane as materialized (
      select * from unnest(
        ${lanes.map((lane) => lane.routeId)}::int[],
        ${lanes.map((lane) => lane.priority)}::smallint[],
        ${lanes.map((lane) => lane.start)}::bigint[]
      ) as l (id, priority, start)
    ),
    head as materialized (
      select r.route_id, r.priority, r.line, r.lo, r.hi
      from seats, lane, lateral (
        select * from queue_ready
        where tenant_id = ${tenantId} and route_id = lane.id and priority = lane.priority and line >= lane.start
        order by line
        limit case when seats.wanted > 0 then ${ranges}::bigint else 0 end
        for update skip locked
      ) r
    ),
    counted as (
      select *, sum(hi - lo + 1) over (order by priority desc, line)::bigint - (hi - lo + 1) as before from head
    ),
    chosen as materialized (
      select route_id, priority, line, before, lo, hi, least(hi, lo + seats.wanted - before - 1) as upto
      from counted, seats where before < seats.wanted
    ),
    emptied as (
      delete from queue_ready r using chosen c
      where r.tenant_id = ${tenantId} and r.route_id = c.route_id and r.priority = c.priority and r.line = c.line
        and c.upto = c.hi
      returning c.before, r.lo, r.hi as upto, r.attempt, r.spared, r.limit_id
    ),
    shortened as (
      update queue_ready r set lo = c.upto + 1 from chosen c
      where r.tenant_id = ${tenantId} and r.route_id = c.route_id and r.priority = c.priority and r.line = c.line
        and c.upto < c.hi
      returning c.before, c.lo, c.upto, r.attempt, r.spared, r.limit_id
    ),
    taken as materialized (select * from emptied union all select * from shortened),
    seated as materialized (
      -- A range that was chosen and not taken leaves its seats empty.
      select j.id, j.line, j.created_at, j.deadline, j.route_id, j.priority, j.kind, j.retry, j.payload,
        t.attempt + 1 as attempt, t.spared, t.limit_id, coalesce(j.deadline <= clock_timestamp(), false) as overdue,
        j.kind = any (array(select kind from queue_pause where tenant_id = ${tenantId})) as paused,
        seats.asks[t.before + j.id - t.lo + 1] as ask, seats.sessions[t.before + j.id - t.lo + 1] as session_id
      from seats, taken t, lateral (
        -- More than a claim takes. Without it the planner expects a ninth of the table and compiles the statement (JIT).
        select * from queue_job
        where tenant_id = ${tenantId} and id between t.lo and t.upto
        order by id limit 1000
      ) j
    )`;
}

/**
 * Each row is one text, because a driver reads a thousand rows of many columns three times as slowly. All jobs in one text would not
 * do: it could be larger than a value may be.
 */
function readAnswer(rows: readonly { readonly said: string }[]): readonly [Summary, readonly JobText[]] {
  let summary: Summary | undefined;
  const jobs: JobText[] = [];
  for (const { said } of rows) {
    const read = JSON.parse(said) as Summary | JobText;
    if (isJob(read)) jobs.push(read);
    else summary = read;
  }
  if (summary === undefined) throw new TypeError("the exchange returned no summary");
  return [summary, jobs];
}

function isJob(read: Summary | JobText): read is JobText {
  return Array.isArray(read);
}

function dealOut(
  jobs: readonly JobText[],
  live: readonly number[],
  tenantId: TenantId,
  asks: readonly Ask[],
): (readonly PlacedJob[] | undefined)[] {
  const taken: (PlacedJob[] | undefined)[] = asks.map(() => undefined);
  for (const place of live) taken[place - 1] = [];
  for (const [jobId, attempt, line, routeId, priority, ask, created, deadline, kind, retry, payload] of jobs) {
    const job: ClaimedJob = {
      tenantId,
      sessionId: asks[ask - 1]?.sessionId ?? "",
      jobId,
      attempt,
      kind,
      payload,
      priority,
      retry: retry ?? DEFAULT_RETRY,
      createdAt: toDate(created),
      ...(deadline !== null && { deadline: toDate(deadline) }),
    };
    taken[ask - 1]?.push({ job, line, routeId });
  }
  return taken;
}

/** Cuts microseconds off, as reading a timestamp does; half of one makes up for what the floating point lost. */
function toDate(seconds: number): Date {
  return new Date(Math.floor(seconds * 1_000 + 0.0005));
}
