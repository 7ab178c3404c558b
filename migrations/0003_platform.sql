-- Workflows, robots, events, artifacts, API keys and answers kept for repeated requests.
-- Every table carries tenant_id first in its key and its indexes, so that it can be distributed by tenant.

create table workflow (
  tenant_id int not null,
  id uuid not null,
  version int not null check (version >= 1),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (tenant_id, id)
);

-- `json`, not `jsonb`: a workflow file comes back as it was given, order of keys and odd characters included.
create table workflow_version (
  tenant_id int not null,
  workflow_id uuid not null,
  version int not null check (version >= 1),
  name text not null,
  description text not null,
  document json not null,
  requires text[] not null,
  created_at timestamptz not null,
  primary key (tenant_id, workflow_id, version),
  foreign key (tenant_id, workflow_id) references workflow (tenant_id, id)
);

create table robot (
  tenant_id int not null,
  id uuid not null,
  name text not null,
  version text not null,
  hostname text not null,
  platform text not null,
  environment text not null,
  capabilities text[] not null,
  max_concurrent_jobs int not null,
  intent text not null check (intent in ('active', 'paused', 'draining', 'maintenance')),
  session_id text,
  running_jobs int not null default 0,
  rss_bytes bigint,
  connected boolean not null default false,
  last_seen_at timestamptz not null,
  registered_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, name)
)
-- Heartbeats update rows in place: room for them on the page keeps the update out of the indexes.
with (fillfactor = 50);

-- Numbers events. They are taken while the tenant's advisory lock is held until commit, so within a tenant a smaller
-- number never becomes visible after a larger one. No cache: a cached block would be handed out later than its neighbours.
create sequence event_seq as bigint cache 1;

create table event (
  tenant_id int not null,
  seq bigint not null default nextval('event_seq'),
  at timestamptz not null,
  type text not null,
  job_id bigint,
  attempt int,
  robot_id text,
  source_seq int,
  data json not null,
  primary key (tenant_id, seq)
);
create index event_by_job on event (tenant_id, job_id, seq) where job_id is not null;
create unique index event_source on event (tenant_id, job_id, attempt, source_seq) where source_seq is not null;

create table artifact (
  tenant_id int not null,
  id uuid not null,
  job_id bigint not null,
  attempt int not null,
  name text not null,
  content_type text not null,
  size_bytes bigint not null check (size_bytes >= 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  created_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, job_id, attempt, name)
);

create table api_key (
  tenant_id int not null,
  id uuid not null,
  kind text not null check (kind in ('admin', 'robot')),
  name text not null,
  prefix text not null,
  secret_hash bytea not null check (length(secret_hash) = 32),
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  primary key (tenant_id, id)
);
-- A presented key names only its id; the row tells the tenant.
create unique index api_key_by_id on api_key (id);

-- One row per Idempotency-Key seen. `answer` is sealed with a key made from the caller's own API key, so that a secret
-- that was shown once does not lie in the database.
create table idempotency (
  tenant_id int not null,
  key_id uuid not null,
  route text not null,
  key text not null,
  request_hash bytea not null,
  owner uuid not null,
  locked_until timestamptz not null,
  answer bytea,
  expires_at timestamptz not null,
  primary key (tenant_id, key_id, route, key)
);
create index idempotency_by_expiry on idempotency (expires_at);
