-- A route says also how urgent its jobs are, so that a route is one lane of the line: its jobs are ordered by `line` alone, and
-- a claimer may begin where it left off. Otherwise each claim steps over everything that was claimed before and that a
-- long transaction somewhere keeps from being cleaned up.
alter table queue_route add column priority smallint;

-- Routes of before get one successor for each urgency in use.
with used as (
  select tenant_id, route_id, priority from queue_job group by tenant_id, route_id, priority
),
numbered as (
  select u.*, row_number() over (partition by u.tenant_id order by u.route_id, u.priority)
    + (select max(id) from queue_route r where r.tenant_id = u.tenant_id) as new_id
  from used u
),
made as (
  insert into queue_route (tenant_id, id, digest, environment, requires, priority)
  select n.tenant_id, n.new_id, sha256(r.digest || convert_to(n.priority::text, 'UTF8')), r.environment, r.requires, n.priority
  from numbered n join queue_route r on r.tenant_id = n.tenant_id and r.id = n.route_id
),
waiting as (
  update queue_ready r set route_id = n.new_id from numbered n
  where r.tenant_id = n.tenant_id and r.route_id = n.route_id and r.priority = n.priority
)
update queue_job j set route_id = n.new_id from numbered n
where j.tenant_id = n.tenant_id and j.route_id = n.route_id and j.priority = n.priority;

delete from queue_route where priority is null;
alter table queue_route alter column priority set not null;

-- How many jobs with one key may be in the line or running at the same time. `on_limit`: what becomes of those beyond: 1 they
-- wait, 2 they are cancelled, 3 only the newest waits, 4 the oldest is asked to stop. Rows stay: their number is that of the keys.
create table queue_limit (
  id int generated always as identity,
  tenant_id int not null,
  max_running int not null,
  on_limit smallint not null,
  key text not null,
  primary key (tenant_id, id),
  unique (tenant_id, key)
);

-- A job that has been let into the line by its limit has a slot until it ends or waits for its time again. So a slot
-- outlives workers and restarts, and its number is never more than the limit.
create table queue_slot (
  job_id bigint not null,
  tenant_id int not null,
  limit_id int not null,
  primary key (tenant_id, job_id)
);
create index queue_slot_limit on queue_slot (tenant_id, limit_id, job_id);

-- Held back, out of the way of claimers: by a limit, or (`paused_kind` set) by a pause.
create table queue_parked (
  line bigint not null,
  job_id bigint not null,
  ready_at timestamptz not null,
  tenant_id int not null,
  route_id int not null,
  attempt int not null,
  spared int not null,
  limit_id int,
  priority smallint not null,
  paused_kind text,
  primary key (tenant_id, job_id)
);
create index queue_parked_limit on queue_parked (tenant_id, limit_id, priority desc, line) where paused_kind is null;
create index queue_parked_paused on queue_parked (tenant_id, paused_kind, job_id) where paused_kind is not null;

-- Kinds of jobs that are not to be started; the empty kind: none at all.
create table queue_pause (
  paused_at timestamptz not null default clock_timestamp(),
  tenant_id int not null,
  kind text not null,
  reason text,
  primary key (tenant_id, kind)
);

alter table queue_job add column limit_id int;
alter table queue_ready add column limit_id int;
alter table queue_active add column limit_id int;

-- Lets parked jobs into the line as far as their limits allow, and tells what is to become of others: 'stop' (a holder of a
-- slot is to be asked to stop), 'skip' and 'supersede' (a parked job is to be cancelled). To be called after anything that
-- parked a job or freed a slot; calling it too often does no harm.
-- A function, because each of its statements sees what was committed before it: after the wait for the lock on the limit, the
-- slots have to be counted anew.
create function queue_admit(of_tenant int, limits int[]) returns table (job_id bigint, verdict text)
language plpgsql set search_path from current as $$
declare
  bound queue_limit;
  held bigint;
  room bigint;
begin
  for bound in
    select * from queue_limit l where l.tenant_id = of_tenant and l.id = any (limits) order by l.id for update
  loop
    select count(*) into held from queue_slot s where s.tenant_id = of_tenant and s.limit_id = bound.id;
    room := bound.max_running - held;
    if room > 0 then
      return query
        with next as (
          select p.job_id from queue_parked p
          where p.tenant_id = of_tenant and p.limit_id = bound.id and p.paused_kind is null
          order by p.priority desc, p.line limit room for update skip locked
        ),
        moved as (
          delete from queue_parked p using next
          where p.tenant_id = of_tenant and p.job_id = next.job_id
          returning p.*
        ),
        slot as (
          insert into queue_slot (tenant_id, limit_id, job_id)
          select of_tenant, bound.id, m.job_id from moved m
        ),
        line as (
          insert into queue_ready (tenant_id, route_id, priority, line, lo, hi, ready_at, attempt, spared, limit_id)
          select of_tenant, m.route_id, m.priority, m.line, m.job_id, m.job_id, m.ready_at, m.attempt, m.spared, bound.id
          from moved m
        )
        select m.job_id, 'admit' from moved m;
    end if;
    if bound.on_limit = 2 then
      return query
        select p.job_id, 'skip' from queue_parked p
        where p.tenant_id = of_tenant and p.limit_id = bound.id and p.paused_kind is null and p.attempt = 0
        order by p.line limit 1000;
    elsif bound.on_limit = 3 then
      return query
        select p.job_id, 'supersede' from queue_parked p
        where p.tenant_id = of_tenant and p.limit_id = bound.id and p.paused_kind is null
        order by p.job_id desc offset 1 limit 1000;
    elsif bound.on_limit = 4 then
      return query
        select s.job_id, 'stop' from queue_slot s
        where s.tenant_id = of_tenant and s.limit_id = bound.id
        order by s.job_id
        limit (
          select count(*) from queue_parked p
          where p.tenant_id = of_tenant and p.limit_id = bound.id and p.paused_kind is null
        );
    end if;
  end loop;
end
$$;
