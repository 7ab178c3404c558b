-- The job queue. Facts of a job are written once; what changes lives in narrow tables, so that a job costs few and small
-- writes. Where a job is tells its state: queue_ready or queue_delayed (pending), queue_active (running), queue_done (ended).
-- Every table carries tenant_id first in its key and its indexes, so that it can be distributed by tenant; every name starts
-- with queue_. There are no foreign keys and no triggers: each would be paid for by every job.

-- Each process takes 1 000 ids at a time and hands them out itself, so it knows a job's id before the job is stored.
create sequence queue_job_id_block as bigint increment by 1000 start with 1;

-- Numbers enqueue statements. A job's place in the line is this number * 16 384 + its place in the statement.
create sequence queue_line as bigint;

-- A distinct set of demands: jobs with equal demands share one, robots are matched with routes and not with jobs.
-- Ids count from 1 within a tenant and become visible in that order.
create table queue_route (
  tenant_id int not null,
  id int not null,
  digest bytea not null,
  environment text not null,
  requires text[] not null,
  primary key (tenant_id, id),
  unique (tenant_id, digest)
);

-- What a job is; never updated. `retry` null: the default policy. `line`: its place among the jobs of equal priority.
-- `json`, not `jsonb`: it is only carried, and jsonb costs 4 microseconds more for each job.
create table queue_job (
  tenant_id int not null,
  id bigint not null,
  line bigint not null,
  created_at timestamptz not null,
  run_at timestamptz,
  deadline timestamptz,
  retry_of bigint,
  route_id int not null,
  priority smallint not null,
  kind text not null,
  idempotency_key text,
  retry json,
  payload json not null,
  primary key (tenant_id, id)
) partition by range (id);

-- What may be claimed now. A row is a range of ids [lo, hi] of one enqueue statement, equal in all its columns.
-- `line` is the place of the job `hi`, so it stays when jobs are taken from the front, and is unique.
-- `attempt`: attempts begun so far. `spared`: those of them that do not count towards the limit.
create table queue_ready (
  line bigint not null,
  lo bigint not null,
  hi bigint not null,
  ready_at timestamptz not null,
  tenant_id int not null,
  route_id int not null,
  attempt int not null,
  spared int not null,
  priority smallint not null
) with (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
create unique index queue_ready_line on queue_ready (tenant_id, route_id, priority desc, line);
alter table queue_ready replica identity using index queue_ready_line;

-- Not yet due: started later on purpose, or waiting for the next attempt.
create table queue_delayed (
  run_at timestamptz not null,
  job_id bigint not null,
  tenant_id int not null,
  attempt int not null,
  spared int not null,
  primary key (tenant_id, job_id)
);
create index queue_delayed_due on queue_delayed (tenant_id, run_at);

-- Deadlines not yet looked at; the row of a job that ended in time stays until then.
create table queue_deadline (
  deadline timestamptz not null,
  job_id bigint not null,
  tenant_id int not null,
  primary key (tenant_id, deadline, job_id)
);

-- One start of one robot. A heartbeat updates this row and no job; it stays in place (HOT) because none of the changing
-- columns but ended_at is in an index. Never deleted while history names it.
create table queue_session (
  id bigint generated always as identity,
  until timestamptz not null,
  opened_at timestamptz not null,
  renewed_at timestamptz not null,
  ended_at timestamptz,
  tenant_id int not null,
  robot_id text not null,
  primary key (tenant_id, id)
) with (fillfactor = 50);
create index queue_session_live on queue_session (tenant_id, id) where ended_at is null;

-- Running: who holds the job. (tenant_id, id, attempt, session_id) is the fencing token of every write about it.
-- `stopping`: 0 no, 1 cancellation was asked for, 2 the deadline has passed. `listed`: the holder has named the job in a
-- renewal, so it knows of it. No index on session_id: it would cost a third of the throughput, and the table is small.
create table queue_active (
  id bigint not null,
  session_id bigint not null,
  started_at timestamptz not null,
  tenant_id int not null,
  attempt int not null,
  spared int not null,
  progress real,
  stopping smallint not null default 0,
  listed boolean not null default false,
  progress_note text,
  stop_reason text,
  primary key (tenant_id, id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);

-- How a job ended, once and for ever: the primary key is the second fence after queue_active.
-- `state`: 1 completed, 2 failed, 3 cancelled, 4 timed out. `by_holder`: the attempt's own robot said so.
create table queue_done (
  id bigint not null,
  session_id bigint,
  started_at timestamptz,
  finished_at timestamptz not null default clock_timestamp(),
  tenant_id int not null,
  attempt int not null,
  state smallint not null,
  by_holder boolean not null default true,
  result json,
  error json,
  primary key (tenant_id, id)
) partition by range (id);
create index queue_done_unsuccessful on queue_done (tenant_id, state, id) where state <> 1;

-- Attempts that did not end their job by their robot's word. `outcome`: 1 failed, 2 lost, 3 released.
create table queue_attempt (
  id bigint not null,
  session_id bigint not null,
  started_at timestamptz not null,
  ended_at timestamptz not null default clock_timestamp(),
  tenant_id int not null,
  attempt int not null,
  outcome smallint not null,
  error json,
  primary key (tenant_id, id, attempt)
) partition by range (id);

-- Jobs that were given up. `reason`: 1 exhausted, 2 permanent, 3 deadline.
create table queue_dead_letter (
  job_id bigint not null,
  died_at timestamptz not null default clock_timestamp(),
  requeued_as bigint,
  tenant_id int not null,
  attempts int not null,
  reason smallint not null,
  error json not null,
  primary key (tenant_id, job_id)
);
create index queue_dead_letter_age on queue_dead_letter (tenant_id, died_at, job_id);

-- The job of each idempotency key; a table of its own, so that jobs without a key pay nothing.
create table queue_idempotency (
  job_id bigint not null,
  tenant_id int not null,
  key text not null,
  primary key (tenant_id, key)
);

-- Ranges of ids that have partitions in queue_job, queue_done and queue_attempt.
create table queue_partition (
  first_id bigint primary key,
  last_id bigint not null,
  created_at timestamptz not null default clock_timestamp()
);

-- Makes partitions until ids up to `highest` can be stored, and returns the id up to which they can.
-- A table is made first and attached then: unlike CREATE TABLE … PARTITION OF, that blocks no reader and no writer.
create function queue_ensure_partitions(highest bigint) returns bigint
language plpgsql security definer set search_path from current as $$
declare
  width constant bigint := 100000000;
  reached bigint;
  parent text;
  child text;
begin
  select coalesce(max(last_id), 0) into reached from queue_partition;
  if reached >= highest then
    return reached;
  end if;
  perform pg_advisory_xact_lock(hashtext('queue_ensure_partitions'));
  select coalesce(max(last_id), 0) into reached from queue_partition;
  while reached < highest loop
    foreach parent in array array['queue_job', 'queue_done', 'queue_attempt'] loop
      child := format('%s_p%s', parent, reached / width);
      execute format('create table %I (like %I including defaults)', child, parent);
      execute format('alter table %I attach partition %I for values from (%s) to (%s)', parent, child, reached + 1, reached + width + 1);
    end loop;
    insert into queue_partition (first_id, last_id) values (reached + 1, reached + width);
    reached := reached + width;
  end loop;
  return reached;
end
$$;

select queue_ensure_partitions(100000000);
