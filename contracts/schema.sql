create sequence event_seq as bigint start 1 increment 1;

create sequence queue_job_id_block as bigint start 1 increment 1000;

create sequence queue_line as bigint start 1 increment 1;

create sequence tenant_id_seq as integer start 2 increment 1 owned by tenant.id;

create table api_key (
  tenant_id integer not null,
  id uuid not null,
  kind text not null,
  name text not null,
  prefix text not null,
  secret_hash bytea not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  constraint api_key_kind_check CHECK ((kind = ANY (ARRAY['admin'::text, 'robot'::text]))),
  constraint api_key_pkey PRIMARY KEY (tenant_id, id),
  constraint api_key_secret_hash_check CHECK ((length(secret_hash) = 32))
);
CREATE UNIQUE INDEX api_key_by_id ON public.api_key USING btree (id);

create table artifact (
  tenant_id integer not null,
  id uuid not null,
  job_id bigint not null,
  attempt integer not null,
  name text not null,
  content_type text not null,
  size_bytes bigint not null,
  sha256 text not null,
  created_at timestamp with time zone not null,
  constraint artifact_pkey PRIMARY KEY (tenant_id, id),
  constraint artifact_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint artifact_size_bytes_check CHECK ((size_bytes >= 0)),
  constraint artifact_tenant_id_job_id_attempt_name_key UNIQUE (tenant_id, job_id, attempt, name)
);

create table event (
  tenant_id integer not null,
  seq bigint not null default nextval('event_seq'::regclass),
  at timestamp with time zone not null,
  type text not null,
  job_id bigint,
  attempt integer,
  robot_id text,
  source_seq integer,
  data json not null,
  constraint event_pkey PRIMARY KEY (tenant_id, seq)
);
CREATE INDEX event_by_job ON public.event USING btree (tenant_id, job_id, seq) WHERE (job_id IS NOT NULL);
CREATE UNIQUE INDEX event_source ON public.event USING btree (tenant_id, job_id, attempt, source_seq) WHERE (source_seq IS NOT NULL);

create table idempotency (
  tenant_id integer not null,
  key_id uuid not null,
  route text not null,
  key text not null,
  request_hash bytea not null,
  owner uuid not null,
  locked_until timestamp with time zone not null,
  answer bytea,
  expires_at timestamp with time zone not null,
  constraint idempotency_pkey PRIMARY KEY (tenant_id, key_id, route, key)
);
CREATE INDEX idempotency_by_expiry ON public.idempotency USING btree (expires_at);

create table queue_active (
  id bigint not null,
  session_id bigint not null,
  started_at timestamp with time zone not null,
  tenant_id integer not null,
  attempt integer not null,
  spared integer not null,
  progress real,
  stopping smallint not null default 0,
  listed boolean not null default false,
  progress_note text,
  stop_reason text,
  constraint queue_active_pkey PRIMARY KEY (tenant_id, id)
)
with (autovacuum_vacuum_cost_delay=0, autovacuum_vacuum_scale_factor=0.01, autovacuum_vacuum_threshold=2000, fillfactor=70);

create table queue_attempt (
  id bigint not null,
  session_id bigint not null,
  started_at timestamp with time zone not null,
  ended_at timestamp with time zone not null default clock_timestamp(),
  tenant_id integer not null,
  attempt integer not null,
  outcome smallint not null,
  error json,
  constraint queue_attempt_pkey PRIMARY KEY (tenant_id, id, attempt)
)
partition by RANGE (id);

create table queue_attempt_p0 partition of queue_attempt FOR VALUES FROM ('1') TO ('100000001');

create table queue_dead_letter (
  job_id bigint not null,
  died_at timestamp with time zone not null default clock_timestamp(),
  requeued_as bigint,
  tenant_id integer not null,
  attempts integer not null,
  reason smallint not null,
  error json not null,
  constraint queue_dead_letter_pkey PRIMARY KEY (tenant_id, job_id)
);
CREATE INDEX queue_dead_letter_age ON public.queue_dead_letter USING btree (tenant_id, died_at, job_id);

create table queue_deadline (
  deadline timestamp with time zone not null,
  job_id bigint not null,
  tenant_id integer not null,
  constraint queue_deadline_pkey PRIMARY KEY (tenant_id, deadline, job_id)
);

create table queue_delayed (
  run_at timestamp with time zone not null,
  job_id bigint not null,
  tenant_id integer not null,
  attempt integer not null,
  spared integer not null,
  constraint queue_delayed_pkey PRIMARY KEY (tenant_id, job_id)
);
CREATE INDEX queue_delayed_due ON public.queue_delayed USING btree (tenant_id, run_at);

create table queue_done (
  id bigint not null,
  session_id bigint,
  started_at timestamp with time zone,
  finished_at timestamp with time zone not null default clock_timestamp(),
  tenant_id integer not null,
  attempt integer not null,
  state smallint not null,
  by_holder boolean not null default true,
  result json,
  error json,
  constraint queue_done_pkey PRIMARY KEY (tenant_id, id)
)
partition by RANGE (id);
CREATE INDEX queue_done_unsuccessful ON ONLY public.queue_done USING btree (tenant_id, state, id) WHERE (state <> 1);

create table queue_done_p0 partition of queue_done FOR VALUES FROM ('1') TO ('100000001');

create table queue_idempotency (
  job_id bigint not null,
  tenant_id integer not null,
  key text not null,
  constraint queue_idempotency_pkey PRIMARY KEY (tenant_id, key)
);

create table queue_job (
  tenant_id integer not null,
  id bigint not null,
  line bigint not null,
  created_at timestamp with time zone not null,
  run_at timestamp with time zone,
  deadline timestamp with time zone,
  retry_of bigint,
  route_id integer not null,
  priority smallint not null,
  kind text not null,
  idempotency_key text,
  retry json,
  payload json not null,
  constraint queue_job_pkey PRIMARY KEY (tenant_id, id)
)
partition by RANGE (id);

create table queue_job_p0 partition of queue_job FOR VALUES FROM ('1') TO ('100000001');

create table queue_partition (
  first_id bigint not null,
  last_id bigint not null,
  created_at timestamp with time zone not null default clock_timestamp(),
  constraint queue_partition_pkey PRIMARY KEY (first_id)
);

create table queue_ready (
  line bigint not null,
  lo bigint not null,
  hi bigint not null,
  ready_at timestamp with time zone not null,
  tenant_id integer not null,
  route_id integer not null,
  attempt integer not null,
  spared integer not null,
  priority smallint not null
)
with (autovacuum_vacuum_cost_delay=0, autovacuum_vacuum_scale_factor=0.01, autovacuum_vacuum_threshold=2000, fillfactor=60);
CREATE UNIQUE INDEX queue_ready_line ON public.queue_ready USING btree (tenant_id, route_id, priority DESC, line);

create table queue_route (
  tenant_id integer not null,
  id integer not null,
  digest bytea not null,
  environment text not null,
  requires text[] not null,
  priority smallint not null,
  constraint queue_route_pkey PRIMARY KEY (tenant_id, id),
  constraint queue_route_tenant_id_digest_key UNIQUE (tenant_id, digest)
);

create table queue_session (
  id bigint not null generated always as identity,
  until timestamp with time zone not null,
  opened_at timestamp with time zone not null,
  renewed_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  tenant_id integer not null,
  robot_id text not null,
  constraint queue_session_pkey PRIMARY KEY (tenant_id, id)
)
with (fillfactor=50);
CREATE INDEX queue_session_live ON public.queue_session USING btree (tenant_id, id) WHERE (ended_at IS NULL);

create table robot (
  tenant_id integer not null,
  id uuid not null,
  name text not null,
  version text not null,
  hostname text not null,
  platform text not null,
  environment text not null,
  capabilities text[] not null,
  max_concurrent_jobs integer not null,
  intent text not null,
  session_id text,
  running_jobs integer not null default 0,
  rss_bytes bigint,
  connected boolean not null default false,
  last_seen_at timestamp with time zone not null,
  registered_at timestamp with time zone not null,
  constraint robot_intent_check CHECK ((intent = ANY (ARRAY['active'::text, 'paused'::text, 'draining'::text, 'maintenance'::text]))),
  constraint robot_pkey PRIMARY KEY (tenant_id, id),
  constraint robot_tenant_id_name_key UNIQUE (tenant_id, name)
)
with (fillfactor=50);

create table schema_migration (
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone not null default now(),
  constraint schema_migration_pkey PRIMARY KEY (name)
);

create table tenant (
  id integer not null default nextval('tenant_id_seq'::regclass),
  slug text not null,
  name text not null,
  created_at timestamp with time zone not null default now(),
  constraint tenant_name_check CHECK ((name <> ''::text)),
  constraint tenant_pkey PRIMARY KEY (id),
  constraint tenant_slug_check CHECK ((slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)),
  constraint tenant_slug_key UNIQUE (slug)
);

create table workflow (
  tenant_id integer not null,
  id uuid not null,
  version integer not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  deleted_at timestamp with time zone,
  constraint workflow_pkey PRIMARY KEY (tenant_id, id),
  constraint workflow_version_check CHECK ((version >= 1))
);

create table workflow_version (
  tenant_id integer not null,
  workflow_id uuid not null,
  version integer not null,
  name text not null,
  description text not null,
  document json not null,
  requires text[] not null,
  created_at timestamp with time zone not null,
  constraint workflow_version_pkey PRIMARY KEY (tenant_id, workflow_id, version),
  constraint workflow_version_tenant_id_workflow_id_fkey FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflow(tenant_id, id),
  constraint workflow_version_version_check CHECK ((version >= 1))
);

CREATE OR REPLACE FUNCTION public.queue_ensure_partitions(highest bigint)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO '$user', 'public'
AS $function$
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
$function$;
