-- Work queues: named queues of items (transactions in the words of other RPA systems) that jobs take one by one.
-- Every table carries tenant_id first in its key and its indexes, so that it can be distributed by tenant.

-- `version` counts the edits. `item_schema`: what the data of items must look like; null: any object.
-- `unique_reference` never changes. `start_rule`: which workflow to start for waiting items; null: none.
-- `next_start`: number of the next job that the rule starts.
-- A deleted queue is hidden at once; its items go in portions, the row with the last of them.
create table work_queue (
  tenant_id int not null,
  id uuid not null,
  name text not null,
  description text not null,
  version int not null check (version >= 1),
  item_schema json,
  unique_reference boolean not null,
  default_priority smallint not null check (default_priority between 0 and 100),
  application_retries int not null check (application_retries >= 0),
  application_delay_ms bigint not null check (application_delay_ms >= 0),
  business_retries int not null check (business_retries >= 0),
  business_delay_ms bigint not null check (business_delay_ms >= 0),
  max_attempts int not null check (max_attempts >= 1),
  retention_days int not null check (retention_days >= 1),
  start_rule json,
  next_start bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (tenant_id, id)
);
create unique index work_queue_name on work_queue (tenant_id, name) where deleted_at is null;
create index work_queue_starting on work_queue (tenant_id, id) where start_rule is not null and deleted_at is null;
create index work_queue_deleted on work_queue (tenant_id, id) where deleted_at is not null;

-- An item through all its attempts. `new` and `retried` wait; of these, `is_due` may be taken and the others become due at
-- `postpone_until`. (id, attempt, holder_job, holder_attempt) is the fencing token of every write of a job about it; a
-- `take_key` makes the same request of a holder get the same item. `unique_reference`: the reference where it must be
-- unique, null where it need not. The failures and `spent` count since the item was added or retried by hand.
create table work_item (
  tenant_id int not null,
  id uuid not null,
  queue_id uuid not null,
  state text not null check (state in ('new', 'in_progress', 'successful', 'failed', 'abandoned', 'retried', 'deleted')),
  is_due boolean not null,
  priority smallint not null check (priority between 0 and 100),
  version int not null default 1,
  attempt int not null default 0,
  spent int not null default 0,
  application_failures int not null default 0,
  business_failures int not null default 0,
  reference text,
  unique_reference text,
  data json not null,
  deadline timestamptz,
  postpone_until timestamptz,
  holder_job bigint,
  holder_attempt int,
  take_key text,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  ended_at timestamptz,
  progress text,
  outputs json,
  exception json,
  review text not null default 'none' check (review in ('none', 'in_review', 'verified', 'retried')),
  reviewer text,
  review_note text,
  reviewed_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, queue_id) references work_queue (tenant_id, id)
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);

-- The line: what may be taken, most urgent first. It holds nothing else, so its length is that of the work that waits.
create index work_item_due on work_item (tenant_id, queue_id, priority desc, deadline, id)
  where state in ('new', 'retried') and is_due;
create index work_item_postponed on work_item (tenant_id, queue_id, postpone_until)
  where state in ('new', 'retried') and not is_due;
create unique index work_item_held on work_item (tenant_id, holder_job, holder_attempt, take_key) where state = 'in_progress';
create unique index work_item_reference_unique on work_item (tenant_id, queue_id, unique_reference)
  where unique_reference is not null;
create index work_item_reference on work_item (tenant_id, queue_id, reference, id) where reference is not null;
create index work_item_by_state on work_item (tenant_id, queue_id, state, id);
create index work_item_by_queue on work_item (tenant_id, queue_id, id);
create index work_item_ended on work_item (tenant_id, queue_id, ended_at) where ended_at is not null;

-- Attempts that another one followed, or may follow; the last one stands in the item itself.
create table work_item_attempt (
  tenant_id int not null,
  item_id uuid not null,
  attempt int not null,
  outcome text not null check (outcome in ('failed', 'abandoned')),
  holder_job bigint not null,
  holder_attempt int not null,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  progress text,
  exception json not null,
  primary key (tenant_id, item_id, attempt),
  foreign key (tenant_id, item_id) references work_item (tenant_id, id) on delete cascade
);

-- Files of items; the bytes lie in the blob store that artifacts use.
create table work_item_file (
  tenant_id int not null,
  id uuid not null,
  item_id uuid not null,
  name text not null,
  content_type text not null,
  size_bytes bigint not null check (size_bytes >= 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  created_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, item_id, name),
  foreign key (tenant_id, item_id) references work_item (tenant_id, id) on delete cascade
);

-- Jobs that start rules have started and that have not ended. A row without a job is a start that was decided and is not
-- known to have been carried out; its number makes the idempotency key, so that it is carried out once.
create table work_queue_start (
  tenant_id int not null,
  queue_id uuid not null,
  number bigint not null,
  job_id bigint,
  planned_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, queue_id, number),
  foreign key (tenant_id, queue_id) references work_queue (tenant_id, id) on delete cascade
);
create unique index work_queue_start_job on work_queue_start (tenant_id, job_id) where job_id is not null;
