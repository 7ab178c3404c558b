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
  limit_id integer,
  constraint queue_active_pkey PRIMARY KEY (tenant_id, id)
)
with (autovacuum_vacuum_cost_delay=0, autovacuum_vacuum_scale_factor=0.01, autovacuum_vacuum_threshold=2000, fillfactor=70);

create table queue_alarm (
  code text not null,
  subject text not null,
  since timestamp with time zone not null default clock_timestamp(),
  message text not null,
  remedy text not null,
  constraint queue_alarm_pkey PRIMARY KEY (code, subject)
);

create table queue_attempt (
  id bigint not null,
  session_id bigint not null,
  started_at timestamp with time zone not null,
  ended_at timestamp with time zone not null default clock_timestamp(),
  tenant_id integer not null,
  attempt integer not null,
  outcome smallint not null,
  error json,
  ended_in bigint default txid_current(),
  constraint queue_attempt_pkey PRIMARY KEY (tenant_id, id, attempt)
)
partition by RANGE (id);
CREATE INDEX queue_attempt_ended_in ON ONLY public.queue_attempt USING brin (ended_in);

create table queue_attempt_p0 partition of queue_attempt FOR VALUES FROM ('1') TO ('100000001');

create table queue_dead_letter (
  job_id bigint not null,
  died_at timestamp with time zone not null default clock_timestamp(),
  requeued_as bigint,
  tenant_id integer not null,
  attempts integer not null,
  reason smallint not null,
  error json not null,
  category smallint,
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
  ended_in bigint default txid_current(),
  constraint queue_done_pkey PRIMARY KEY (tenant_id, id)
)
partition by RANGE (id);
CREATE INDEX queue_done_ended_in ON ONLY public.queue_done USING brin (ended_in);
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
  limit_id integer,
  constraint queue_job_pkey PRIMARY KEY (tenant_id, id)
)
partition by RANGE (id);

create table queue_job_p0 partition of queue_job FOR VALUES FROM ('1') TO ('100000001');

create table queue_limit (
  id integer not null generated always as identity,
  tenant_id integer not null,
  max_running integer not null,
  on_limit smallint not null,
  key text not null,
  constraint queue_limit_pkey PRIMARY KEY (tenant_id, id),
  constraint queue_limit_tenant_id_key_key UNIQUE (tenant_id, key)
);

create table queue_parked (
  line bigint not null,
  job_id bigint not null,
  ready_at timestamp with time zone not null,
  tenant_id integer not null,
  route_id integer not null,
  attempt integer not null,
  spared integer not null,
  limit_id integer,
  priority smallint not null,
  paused_kind text,
  constraint queue_parked_pkey PRIMARY KEY (tenant_id, job_id)
);
CREATE INDEX queue_parked_limit ON public.queue_parked USING btree (tenant_id, limit_id, priority DESC, line) WHERE (paused_kind IS NULL);
CREATE INDEX queue_parked_paused ON public.queue_parked USING btree (tenant_id, paused_kind, job_id) WHERE (paused_kind IS NOT NULL);

create table queue_partition (
  first_id bigint not null,
  last_id bigint not null,
  created_at timestamp with time zone not null default clock_timestamp(),
  suffix text not null,
  opened_at timestamp with time zone,
  closed_at timestamp with time zone,
  settled_at timestamp with time zone,
  kept boolean not null default false,
  constraint queue_partition_pkey PRIMARY KEY (first_id)
);

create table queue_pause (
  paused_at timestamp with time zone not null default clock_timestamp(),
  tenant_id integer not null,
  kind text not null,
  reason text,
  constraint queue_pause_pkey PRIMARY KEY (tenant_id, kind)
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
  priority smallint not null,
  limit_id integer
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

create table queue_scrap (
  name text not null,
  constraint queue_scrap_pkey PRIMARY KEY (name)
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

create table queue_slot (
  job_id bigint not null,
  tenant_id integer not null,
  limit_id integer not null,
  constraint queue_slot_pkey PRIMARY KEY (tenant_id, job_id)
);
CREATE INDEX queue_slot_limit ON public.queue_slot USING btree (tenant_id, limit_id, job_id);

create table queue_statistics (
  started_at timestamp with time zone not null,
  count bigint not null,
  sum_ms bigint not null,
  tenant_id integer not null,
  hours smallint not null,
  series smallint not null,
  bucket smallint not null,
  constraint queue_statistics_pkey PRIMARY KEY (tenant_id, hours, started_at, series, bucket)
);

create table queue_statistics_state (
  id integer not null,
  folded_to bigint not null,
  folded_at timestamp with time zone not null,
  since timestamp with time zone not null,
  mark bigint,
  marked_at timestamp with time zone,
  constraint queue_statistics_state_id_check CHECK ((id = 1)),
  constraint queue_statistics_state_pkey PRIMARY KEY (id)
);

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
  key_name text,
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

create table work_item (
  tenant_id integer not null,
  id uuid not null,
  queue_id uuid not null,
  state text not null,
  is_due boolean not null,
  priority smallint not null,
  version integer not null default 1,
  attempt integer not null default 0,
  spent integer not null default 0,
  application_failures integer not null default 0,
  business_failures integer not null default 0,
  reference text,
  unique_reference text,
  data json not null,
  deadline timestamp with time zone,
  postpone_until timestamp with time zone,
  holder_job bigint,
  holder_attempt integer,
  take_key text,
  created_at timestamp with time zone not null default clock_timestamp(),
  updated_at timestamp with time zone not null default clock_timestamp(),
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  progress text,
  outputs json,
  exception json,
  review text not null default 'none'::text,
  reviewer text,
  review_note text,
  reviewed_at timestamp with time zone,
  constraint work_item_pkey PRIMARY KEY (tenant_id, id),
  constraint work_item_priority_check CHECK (((priority >= 0) AND (priority <= 100))),
  constraint work_item_review_check CHECK ((review = ANY (ARRAY['none'::text, 'in_review'::text, 'verified'::text, 'retried'::text]))),
  constraint work_item_state_check CHECK ((state = ANY (ARRAY['new'::text, 'in_progress'::text, 'successful'::text, 'failed'::text, 'abandoned'::text, 'retried'::text, 'deleted'::text]))),
  constraint work_item_tenant_id_queue_id_fkey FOREIGN KEY (tenant_id, queue_id) REFERENCES work_queue(tenant_id, id)
)
with (autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000);
CREATE INDEX work_item_by_queue ON public.work_item USING btree (tenant_id, queue_id, id);
CREATE INDEX work_item_by_state ON public.work_item USING btree (tenant_id, queue_id, state, id);
CREATE INDEX work_item_due ON public.work_item USING btree (tenant_id, queue_id, priority DESC, deadline, id) WHERE ((state = ANY (ARRAY['new'::text, 'retried'::text])) AND is_due);
CREATE INDEX work_item_ended ON public.work_item USING btree (tenant_id, queue_id, ended_at) WHERE (ended_at IS NOT NULL);
CREATE UNIQUE INDEX work_item_held ON public.work_item USING btree (tenant_id, holder_job, holder_attempt, take_key) WHERE (state = 'in_progress'::text);
CREATE INDEX work_item_postponed ON public.work_item USING btree (tenant_id, queue_id, postpone_until) WHERE ((state = ANY (ARRAY['new'::text, 'retried'::text])) AND (NOT is_due));
CREATE INDEX work_item_reference ON public.work_item USING btree (tenant_id, queue_id, reference, id) WHERE (reference IS NOT NULL);
CREATE UNIQUE INDEX work_item_reference_unique ON public.work_item USING btree (tenant_id, queue_id, unique_reference) WHERE (unique_reference IS NOT NULL);

create table work_item_attempt (
  tenant_id integer not null,
  item_id uuid not null,
  attempt integer not null,
  outcome text not null,
  holder_job bigint not null,
  holder_attempt integer not null,
  started_at timestamp with time zone not null,
  ended_at timestamp with time zone not null,
  progress text,
  exception json not null,
  constraint work_item_attempt_outcome_check CHECK ((outcome = ANY (ARRAY['failed'::text, 'abandoned'::text]))),
  constraint work_item_attempt_pkey PRIMARY KEY (tenant_id, item_id, attempt),
  constraint work_item_attempt_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES work_item(tenant_id, id) ON DELETE CASCADE
);

create table work_item_file (
  tenant_id integer not null,
  id uuid not null,
  item_id uuid not null,
  name text not null,
  content_type text not null,
  size_bytes bigint not null,
  sha256 text not null,
  created_at timestamp with time zone not null,
  constraint work_item_file_pkey PRIMARY KEY (tenant_id, id),
  constraint work_item_file_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint work_item_file_size_bytes_check CHECK ((size_bytes >= 0)),
  constraint work_item_file_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES work_item(tenant_id, id) ON DELETE CASCADE,
  constraint work_item_file_tenant_id_item_id_name_key UNIQUE (tenant_id, item_id, name)
);

create table work_queue (
  tenant_id integer not null,
  id uuid not null,
  name text not null,
  description text not null,
  version integer not null,
  item_schema json,
  unique_reference boolean not null,
  default_priority smallint not null,
  application_retries integer not null,
  application_delay_ms bigint not null,
  business_retries integer not null,
  business_delay_ms bigint not null,
  max_attempts integer not null,
  retention_days integer not null,
  start_rule json,
  next_start bigint not null default 1,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  deleted_at timestamp with time zone,
  constraint work_queue_application_delay_ms_check CHECK ((application_delay_ms >= 0)),
  constraint work_queue_application_retries_check CHECK ((application_retries >= 0)),
  constraint work_queue_business_delay_ms_check CHECK ((business_delay_ms >= 0)),
  constraint work_queue_business_retries_check CHECK ((business_retries >= 0)),
  constraint work_queue_default_priority_check CHECK (((default_priority >= 0) AND (default_priority <= 100))),
  constraint work_queue_max_attempts_check CHECK ((max_attempts >= 1)),
  constraint work_queue_pkey PRIMARY KEY (tenant_id, id),
  constraint work_queue_retention_days_check CHECK ((retention_days >= 1)),
  constraint work_queue_version_check CHECK ((version >= 1))
);
CREATE INDEX work_queue_deleted ON public.work_queue USING btree (tenant_id, id) WHERE (deleted_at IS NOT NULL);
CREATE UNIQUE INDEX work_queue_name ON public.work_queue USING btree (tenant_id, name) WHERE (deleted_at IS NULL);
CREATE INDEX work_queue_starting ON public.work_queue USING btree (tenant_id, id) WHERE ((start_rule IS NOT NULL) AND (deleted_at IS NULL));

create table work_queue_start (
  tenant_id integer not null,
  queue_id uuid not null,
  number bigint not null,
  job_id bigint,
  planned_at timestamp with time zone not null default clock_timestamp(),
  constraint work_queue_start_pkey PRIMARY KEY (tenant_id, queue_id, number),
  constraint work_queue_start_tenant_id_queue_id_fkey FOREIGN KEY (tenant_id, queue_id) REFERENCES work_queue(tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX work_queue_start_job ON public.work_queue_start USING btree (tenant_id, job_id) WHERE (job_id IS NOT NULL);

create table workflow (
  tenant_id integer not null,
  id uuid not null,
  version integer not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  deleted_at timestamp with time zone,
  concurrency_limit integer,
  concurrency_on_limit text,
  constraint workflow_concurrency_limit_check CHECK ((concurrency_limit >= 1)),
  constraint workflow_concurrency_on_limit_check CHECK ((concurrency_on_limit = ANY (ARRAY['queue'::text, 'skip'::text, 'keep-latest'::text, 'cancel-oldest'::text]))),
  constraint workflow_concurrency_whole CHECK (((concurrency_limit IS NULL) = (concurrency_on_limit IS NULL))),
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

CREATE OR REPLACE FUNCTION public.queue_admit(of_tenant integer, limits integer[])
 RETURNS TABLE(job_id bigint, verdict text)
 LANGUAGE plpgsql
 SET search_path TO '$user', 'public'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.queue_drop_scrap()
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO '$user', 'public'
 SET lock_timeout TO '100ms'
AS $function$
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
$function$;

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
    insert into queue_partition (first_id, last_id, suffix) values (reached + 1, reached + width, 'p' || reached / width);
    reached := reached + width;
  end loop;
  return reached;
end
$function$;

CREATE OR REPLACE FUNCTION public.queue_forget_partition(of_first bigint)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO '$user', 'public'
 SET lock_timeout TO '100ms'
 SET enable_seqscan TO 'on'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.queue_has_unended(first bigint, last bigint)
 RETURNS boolean
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO '$user', 'public'
 SET enable_seqscan TO 'on'
AS $function$
  select exists (select from queue_active a where a.id between first and last)
    or exists (select from queue_ready r where r.hi >= first and r.lo <= last)
    or exists (select from queue_delayed d where d.job_id between first and last)
    or exists (select from queue_parked p where p.job_id between first and last)
$function$;

CREATE OR REPLACE FUNCTION public.queue_summarize_history()
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO '$user', 'public'
 SET lock_timeout TO '100ms'
AS $function$
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
$function$;
