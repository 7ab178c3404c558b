-- Upkeep of the queue: partitions are closed by age and dropped, dead letters have a category, figures are kept small, and
-- what stands in the way is told.

-- Of what the job died: 1 to 3 as `reason`, 4 lost, 5 business; null: as `reason`.
alter table queue_dead_letter add column category smallint;
update queue_dead_letter set category = case when error ->> 'errorClass' = 'lost-lease' then 4 else 5 end
where reason <> 3 and (
  error ->> 'errorClass' = 'lost-lease' or error ->> 'code' ~ '(^|_)BUSINESS(_|$)' or error -> 'details' ->> 'exceptionType' = 'business'
);

-- `suffix`: of the names of its tables. `opened_at`: ids of it were first seen in use. `closed_at`: no more ids of it are handed
-- out. `settled_at`: all its jobs had ended. `kept`: what is left of dropped partitions, the jobs with dead letters.
alter table queue_partition add column suffix text;
alter table queue_partition add column opened_at timestamptz;
alter table queue_partition add column closed_at timestamptz;
alter table queue_partition add column settled_at timestamptz;
alter table queue_partition add column kept boolean not null default false;
update queue_partition set suffix = 'p' || (last_id / 100000000 - 1);
update queue_partition set opened_at = created_at
where first_id <= (select last_value from queue_job_id_block where is_called);
alter table queue_partition alter column suffix set not null;

-- Tables that were detached and are to be dropped.
create table queue_scrap (
  name text primary key
);

-- A partition is as wide as a hundred million ids, and closed sooner when it is old: see queue_forget_partition.
create or replace function queue_ensure_partitions(highest bigint) returns bigint
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
    insert into queue_partition (first_id, last_id, suffix) values (reached + 1, reached + width, 'p' || reached / width);
    reached := reached + width;
  end loop;
  return reached;
end
$$;

-- True while a job of the range has not ended. One statement, so that it sees a job that moves in one place.
create function queue_has_unended(first bigint, last bigint) returns boolean
language sql security definer set search_path from current set enable_seqscan = on as $$
  select exists (select from queue_active a where a.id between first and last)
    or exists (select from queue_ready r where r.hi >= first and r.lo <= last)
    or exists (select from queue_delayed d where d.job_id between first and last)
    or exists (select from queue_parked p where p.job_id between first and last)
$$;

-- Takes a settled partition out of the queue. Its jobs with dead letters go into a small partition instead, together with what
-- its neighbours kept; the tables are left in queue_scrap. All or nothing. Answers 'forgotten'; 'unended': a job of it has not
-- ended; 'busy': somebody is reading, and to wait longer would make all claimers wait.
--
-- The lock that keeps claimers out is taken last, for some changes of the catalog. It gives up after 100 milliseconds, and before
-- deadlock_timeout: whoever holds one of the three tables and waits for another gets on. Not DETACH … CONCURRENTLY: it cannot be
-- all or nothing, and servers before 2024 fail prepared statements that run beside it.
create function queue_forget_partition(of_first bigint) returns text
language plpgsql security definer set search_path from current set lock_timeout = '100ms' set enable_seqscan = on as $$
declare
  parents constant text[] := array['queue_attempt', 'queue_done', 'queue_job'];
  doomed queue_partition;
  range_first bigint;
  range_last bigint;
  sources text[];
  new_suffix constant text := 'k' || txid_current();
  keeps boolean;
  parent text;
  source text;
begin
  select * into doomed from queue_partition where first_id = of_first and not kept for update;
  if not found then
    return 'forgotten';
  end if;
  -- Where what other sessions do is hidden, the lock is simply tried.
  if exists (
    select from pg_locks l join pg_stat_activity a using (pid)
    where l.relation in ('queue_job'::regclass, 'queue_done'::regclass, 'queue_attempt'::regclass) and l.pid <> pg_backend_pid()
      and a.xact_start < clock_timestamp() - interval '1 second'
  ) then
    return 'busy';
  end if;
  -- From here on no job can come into it, and all that came are seen. Nobody else writes to it, so nobody waits.
  execute format('lock table %I in share mode', 'queue_job_' || doomed.suffix);
  if queue_has_unended(doomed.first_id, doomed.last_id) then
    update queue_partition set settled_at = null where first_id = of_first;
    return 'unended';
  end if;

  -- With the kept partitions before and after it; between them there is nothing.
  select array_agg(suffix), min(first_id), max(last_id) into sources, range_first, range_last
  from queue_partition p
  where p.first_id = of_first or (p.kept and not exists (
    select from queue_partition o where not o.kept and o.first_id <> of_first
      and o.first_id > least(p.first_id, of_first) and o.first_id < greatest(p.first_id, of_first)
  ));
  keeps := exists (select from queue_dead_letter l where l.job_id between range_first and range_last);
  if keeps then
    foreach parent in array parents loop
      execute format('create table %I (like %I including defaults including indexes)', parent || '_' || new_suffix, parent);
      -- Proves that all rows fit, so that they are not read again while claimers wait.
      execute format('alter table %I add check (id is not null and id >= %s and id < %s)', parent || '_' || new_suffix,
        range_first, range_last + 1);
      foreach source in array sources loop
        execute format('insert into %I select s.* from %I s join queue_dead_letter l on l.tenant_id = s.tenant_id and l.job_id = s.id
          where l.job_id between %s and %s', parent || '_' || new_suffix, parent || '_' || source, range_first, range_last);
      end loop;
    end loop;
  end if;

  lock table queue_attempt, queue_done, queue_job in access exclusive mode;
  foreach parent in array parents loop
    foreach source in array sources loop
      execute format('alter table %I detach partition %I', parent, parent || '_' || source);
      insert into queue_scrap (name) values (parent || '_' || source);
    end loop;
    if keeps then
      execute format('alter table %I attach partition %I for values from (%s) to (%s)', parent, parent || '_' || new_suffix,
        range_first, range_last + 1);
    end if;
  end loop;
  delete from queue_partition where suffix = any (sources);
  if keeps then
    insert into queue_partition (first_id, last_id, suffix, opened_at, closed_at, settled_at, kept)
    values (range_first, range_last, new_suffix, doomed.opened_at, doomed.closed_at, doomed.settled_at, true);
  end if;
  return 'forgotten';
exception when lock_not_available then
  return 'busy';
end
$$;

-- Drops one detached table; answers its name, or null when there is none.
create function queue_drop_scrap() returns text
language plpgsql security definer set search_path from current set lock_timeout = '100ms' as $$
declare
  scrap text;
begin
  select name into scrap from queue_scrap order by name limit 1 for update skip locked;
  if found then
    execute format('drop table if exists %I', scrap);
    delete from queue_scrap where name = scrap;
  end if;
  return scrap;
end
$$;

-- Number of the transaction that ended the job, or wrote the attempt: all with a smaller number than that of the oldest one under
-- way are to be seen, and nothing is ever added to them. So the figures are taken from one number to another, each row once,
-- whenever it was committed and whatever the clock did. BRIN: an insert costs a look, the index a page for a gigabyte.
alter table queue_done add column ended_in bigint;
alter table queue_done alter column ended_in set default txid_current();
alter table queue_attempt add column ended_in bigint;
alter table queue_attempt alter column ended_in set default txid_current();
create index queue_done_ended_in on queue_done using brin (ended_in);
create index queue_attempt_ended_in on queue_attempt using brin (ended_in);

-- Up to which number rows are in queue_statistics. `since`: rows from before belong to another server, whose numbers mean nothing
-- here: the database was restored from a dump. `folded_at`: all that had ended by then is in. `mark`: the first number that was
-- not yet given out at `marked_at`; once the figures go up to there, they hold all that had ended at that time.
create table queue_statistics_state (
  id int primary key check (id = 1),
  folded_to bigint not null,
  folded_at timestamptz not null,
  since timestamptz not null,
  mark bigint,
  marked_at timestamptz
);
insert into queue_statistics_state (id, folded_to, folded_at, since) values (1, txid_current(), now(), '-infinity');

-- Figures of the attempts and jobs that ended in a minute or (`hours` 1) in an hour. `series`: 1 waits, 11 to 17 attempts by outcome,
-- 21 to 24 ends by state; `bucket`: place of the first bound that is not smaller, of the bounds in queue/histogram.ts.
create table queue_statistics (
  started_at timestamptz not null,
  count bigint not null,
  sum_ms bigint not null,
  tenant_id int not null,
  hours smallint not null,
  series smallint not null,
  bucket smallint not null,
  primary key (tenant_id, hours, started_at, series, bucket)
);

-- What is wrong with the queue at present, for people to repair; of the server, not of a tenant.
create table queue_alarm (
  code text not null,
  subject text not null,
  since timestamptz not null default clock_timestamp(),
  message text not null,
  remedy text not null,
  primary key (code, subject)
);

-- Notes what new pages of the history hold, so that looking for new rows reads only these.
create function queue_summarize_history() returns void
language plpgsql security definer set search_path from current set lock_timeout = '100ms' as $$
declare
  child regclass;
begin
  for child in
    select i.inhrelid::regclass from pg_inherits i
    where i.inhparent in ('queue_done_ended_in'::regclass, 'queue_attempt_ended_in'::regclass)
  loop
    perform brin_summarize_new_values(child);
  end loop;
exception when lock_not_available then
  -- A vacuum is at it and does the same; without, only reading takes longer.
  return;
end
$$;
