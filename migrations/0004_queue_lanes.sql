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
