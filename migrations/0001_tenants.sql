-- Tenants: whose data a row is. Every table with data of a tenant has tenant_id first in its primary key.

create table tenant (
  id int primary key,
  slug text not null unique check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  name text not null check (name <> ''),
  created_at timestamptz not null default now()
);

-- The tenant of an installation that never asked for more than one.
insert into tenant (id, slug, name) values (1, 'default', 'Default');

-- 1 is taken; ids are never used again, not even after a rollback.
create sequence tenant_id_seq as int start with 2 owned by tenant.id;
alter table tenant alter column id set default nextval('tenant_id_seq');
