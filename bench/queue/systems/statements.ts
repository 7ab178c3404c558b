/**
 * The limit: the statements that a queue of this design cannot do without, and nothing else. No validation, routes, tenants,
 * keys, deadlines, heartbeats or wake-ups; one lane; a handler is a function call.
 */
import { setTimeout as delay } from "node:timers/promises";
import { Client, Pool } from "pg";
import { openClient } from "../open-client.ts";
import { type Payload, type Result, resultOf } from "../work.ts";
import type { System } from "./system.ts";

const TABLES = `
create sequence q_block increment by 1000;
create table q_job (
  id bigint not null, tenant_id int not null, kind_id int not null, route_id int not null, priority smallint not null default 0,
  max_attempts smallint not null default 3, run_at timestamptz not null, created_at timestamptz not null default now(),
  dedup_key text, payload json not null, primary key (id)
) partition by range (id);
create table q_job_0 partition of q_job for values from (0) to (100000000);
create table q_ready (
  seq bigint generated always as identity, route_id int not null, priority smallint not null, tenant_id int not null,
  attempt smallint not null default 0, lo bigint not null, hi bigint not null
) with (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
create index q_ready_pick on q_ready (route_id, priority desc, seq);
create table q_session (id bigint generated always as identity primary key, robot_id bigint not null, until timestamptz not null);
create table q_active (
  id bigint primary key, attempt smallint not null, session_id bigint not null, started_at timestamptz not null,
  cancel_requested boolean not null default false, progress json
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
create table q_done (
  id bigint not null, state smallint not null, attempt smallint not null, session_id bigint, started_at timestamptz,
  finished_at timestamptz not null default now(), result json, error json, primary key (id)
) partition by range (id);
create table q_done_0 partition of q_done for values from (0) to (100000000);`;

const ENQUEUE = `
with job as (
  insert into q_job (id, tenant_id, kind_id, route_id, run_at, payload)
  select id, 1, 1, 1, now(), payload::json from unnest($1::bigint[], $2::text[]) as g (id, payload)
)
insert into q_ready (route_id, priority, tenant_id, lo, hi)
select 1, 0, 1, lo, hi from unnest($3::bigint[], $4::bigint[]) as r (lo, hi)`;

/** $1 session, $2 ids, $3 their attempts and $4 their results as objects by id, $5 where to begin, $6 rows, $7 jobs. */
const EXCHANGE = `
with fin as (
  delete from q_active a
  where a.id = any ($2::bigint[]) and a.session_id = $1 and a.attempt = ($3::jsonb ->> a.id::text)::smallint
  returning a.id, a.attempt, a.started_at, $4::jsonb ->> a.id::text as result
),
history as (
  insert into q_done (id, state, attempt, session_id, started_at, result)
  select id, 2, attempt, $1, started_at, result::json from fin
),
live as (select 1 from q_session where id = $1 and until > clock_timestamp() for key share),
c as materialized (
  select r.ctid, lo, hi, attempt, seq from q_ready r, live
  where route_id = 1 and priority = 0 and seq >= $5 order by seq limit $6 for update of r skip locked
),
w as (select *, (sum(hi - lo + 1) over (order by seq))::bigint - (hi - lo + 1) as before from c),
t as materialized (select ctid, lo, least(hi, lo + $7::bigint - before - 1) as thi, hi, attempt, seq from w where before < $7::bigint),
d as (delete from q_ready r using t where r.ctid = t.ctid and t.thi = t.hi returning t.lo, t.thi, t.attempt, t.seq),
u as (update q_ready r set lo = t.thi + 1 from t where r.ctid = t.ctid and t.thi < t.hi returning t.lo, t.thi, t.attempt, t.seq),
m as materialized (select * from d union all select * from u),
g as materialized (
  select j.id, m.attempt + 1 as attempt, m.seq, j.payload from m join q_job j on j.id between m.lo and m.thi
),
a as (insert into q_active (id, attempt, session_id, started_at) select id, attempt, $1, clock_timestamp() from g)
select (select count(*) from fin)::int as accepted, (select max(seq) from g) as reached,
  '[' || string_agg('{"id":"' || id || '","attempt":' || attempt || ',"payload":' || payload || '}', ',') || ']' as jobs
from g`;

const RANGE = 20;
const CONNECTIONS = 2;
const BATCH = 500;
const CURSOR_LAG_MS = 1_000;
const IDLE_MS = 2;

interface Claimed {
  readonly id: string;
  readonly attempt: number;
  readonly payload: Payload;
}

interface Exchanged {
  readonly accepted: number;
  readonly reached: string | null;
  readonly jobs: string | null;
}

export const statements: System = {
  async prepare(url) {
    const client = await openClient(url);
    await client.query(TABLES);
    await client.end();
  },
  async openProducer(url) {
    const pool = new Pool({ connectionString: url, max: 2 });
    return {
      send: (payloads) => enqueue(pool, payloads),
      close: () => pool.end(),
    };
  },
  async openWorker(url, _settings, handler) {
    const stopping = new AbortController();
    const loops = Array.from({ length: CONNECTIONS }, () => workOn(url, handler, stopping.signal));
    return {
      async stop() {
        stopping.abort();
        await Promise.all(loops);
      },
    };
  },
};

async function enqueue(pool: Pool, payloads: readonly Payload[]): Promise<void> {
  // A block of 1 000 ids for each batch leaves gaps, as ids of a process that ends do.
  const { rows } = await pool.query<{ first: string }>("select nextval('q_block') as first");
  const first = Number(rows[0]?.first);
  const ids = payloads.map((_, index) => first + index);
  const lows = ids.filter((_, index) => index % RANGE === 0);
  await pool.query({
    name: "enqueue",
    text: ENQUEUE,
    values: [
      ids,
      payloads.map((payload) => JSON.stringify(payload)),
      lows,
      lows.map((low) => Math.min(low + RANGE, first + ids.length) - 1),
    ],
  });
}

async function workOn(url: string, handler: (payload: Payload) => Promise<Result>, signal: AbortSignal): Promise<void> {
  const client = new Client({
    connectionString: url,
    options: "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off",
  });
  await client.connect();
  const { rows } = await client.query<{ id: string }>(
    "insert into q_session (robot_id, until) values (1, now() + interval '1 day') returning id",
  );
  const sessionId = rows[0]?.id;
  let held: readonly Claimed[] = [];
  let cursor = { settled: "0", noted: "0", notedAtMs: performance.now() };
  while (!signal.aborted || held.length > 0) {
    const accepted = held.length;
    const attempts = Object.fromEntries(held.map(({ id, attempt }) => [id, attempt]));
    const results = Object.fromEntries(held.map(({ id, payload }) => [id, resultOf(payload)]));
    const limit = signal.aborted ? 0 : BATCH;
    const answer = await client.query<Exchanged>({
      name: "exchange",
      text: EXCHANGE,
      values: [
        sessionId,
        held.map(({ id }) => id),
        JSON.stringify(attempts),
        JSON.stringify(results),
        cursor.settled,
        Math.ceil(limit / RANGE),
        limit,
      ],
    });
    const row = answer.rows[0];
    if (row?.accepted !== accepted) throw new Error(`${accepted} completions, ${row?.accepted} accepted`);
    if (row.reached !== null && performance.now() - cursor.notedAtMs > CURSOR_LAG_MS) {
      cursor = { settled: cursor.noted, noted: row.reached, notedAtMs: performance.now() };
    }
    held = row.jobs === null ? [] : (JSON.parse(row.jobs) as Claimed[]);
    await Promise.all(held.map(({ payload }) => handler(payload)));
    if (held.length === 0 && !signal.aborted) await delay(IDLE_MS);
  }
  await client.end();
}
