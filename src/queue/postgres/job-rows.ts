import sql from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { JsonValue } from "../../core/json.ts";
import { DEFAULT_RETRY, type Job, type JobFailure, type RetryPolicy } from "../job.ts";
import { END_CODE, ON_LIMIT_CODE, STOPPING_CODE, wordOf } from "./codes.ts";

/** A job with whatever tells where it is; all of it in one snapshot. */
export interface JobRow {
  readonly tenant_id: TenantId;
  readonly id: string;
  readonly kind: string;
  readonly payload: JsonValue;
  readonly priority: number;
  readonly environment: string;
  readonly requires: readonly string[];
  readonly retry: RetryPolicy | null;
  readonly idempotency_key: string | null;
  readonly retry_of: string | null;
  readonly created_at: Date;
  readonly run_at: Date;
  readonly deadline: Date | null;
  readonly robot_id: string | null;
  readonly attempt: number;
  readonly started_at: Date | null;
  readonly end_state: number | null;
  readonly finished_at: Date | null;
  readonly has_result: boolean;
  readonly result: JsonValue;
  readonly error: JobFailure | null;
  readonly stopping: number | null;
  readonly progress: number | null;
  readonly progress_note: string | null;
  readonly held_by: "time" | "limit" | "pause" | null;
  readonly limit_key: string | null;
  readonly max_running: number | null;
  readonly on_limit: number | null;
}

/** Columns of `JobRow` over `queue_job j` and `JOB_JOINS`. */
export const JOB_COLUMNS = sql`
  j.tenant_id, j.id, j.kind, j.payload, j.priority, r.environment, r.requires, j.retry, j.idempotency_key, j.retry_of,
  j.created_at, j.deadline, s.robot_id,
  case when w.attempt > 0 or w.held_by = 'time' then w.run_at else coalesce(j.run_at, j.created_at) end as run_at,
  coalesce(d.attempt, a.attempt, w.attempt, 0) as attempt,
  coalesce(d.started_at, a.started_at) as started_at,
  d.state as end_state, d.finished_at, d.result is not null as has_result, d.result, d.error,
  a.stopping, a.progress, a.progress_note, w.held_by, b.key as limit_key, b.max_running, b.on_limit`;

/** Joins what a job demands and where it is to `queue_job j`. */
export const JOB_JOINS = sql`
  join queue_route r on r.tenant_id = j.tenant_id and r.id = j.route_id
  left join queue_done d on d.tenant_id = j.tenant_id and d.id = j.id
  left join queue_active a on a.tenant_id = j.tenant_id and a.id = j.id
  left join lateral (
    -- One look into the index: as a join the planner would read all sessions of the tenant, ended ones too.
    select robot_id from queue_session where tenant_id = j.tenant_id and id = coalesce(d.session_id, a.session_id) limit 1
  ) s on true
  left join queue_limit b on b.tenant_id = j.tenant_id and b.id = j.limit_id
  left join lateral (
    select run_at, attempt, 'time' as held_by from queue_delayed
    where tenant_id = j.tenant_id and job_id = j.id
    union all
    select ready_at, attempt, case when paused_kind is null then 'limit' else 'pause' end from queue_parked
    where tenant_id = j.tenant_id and job_id = j.id
    union all
    select ready_at, attempt,
      case when exists (select from queue_pause where tenant_id = j.tenant_id and kind in (j.kind, '')) then 'pause' end
    from (
      select * from queue_ready
      where tenant_id = j.tenant_id and route_id = j.route_id and priority = j.priority and line >= j.line
      order by line limit 1
    ) first
    where j.id between lo and hi
  ) w on d.id is null and a.id is null`;

export function toJob(row: JobRow): Job {
  const { end_state: endState } = row;
  return {
    id: row.id,
    tenantId: row.tenant_id,
    kind: row.kind,
    state: stateOf(row),
    payload: row.payload,
    priority: row.priority,
    environment: row.environment,
    requires: row.requires,
    retry: row.retry ?? DEFAULT_RETRY,
    createdAt: row.created_at,
    runAt: row.run_at,
    attempt: row.attempt,
    cancelRequested: endState === null && row.stopping !== null && row.stopping !== STOPPING_CODE.no,
    ...(row.idempotency_key !== null && { idempotencyKey: row.idempotency_key }),
    ...(row.retry_of !== null && { retryOf: row.retry_of }),
    ...(row.deadline !== null && { deadline: row.deadline }),
    ...(row.robot_id !== null && { robotId: row.robot_id }),
    ...(row.started_at !== null && { startedAt: row.started_at }),
    ...(row.finished_at !== null && { finishedAt: row.finished_at }),
    ...viewLimit(row),
    ...(row.held_by !== null && { heldBy: row.held_by }),
    ...(row.progress !== null && { progress: row.progress }),
    ...(row.progress_note !== null && { progressNote: row.progress_note }),
    ...(row.has_result && { result: row.result }),
    ...(row.error !== null && { error: row.error }),
  };
}

function viewLimit({ limit_key: key, max_running: limit, on_limit: onLimit }: JobRow): Pick<Job, "concurrency"> {
  if (key === null || limit === null || onLimit === null) return {};
  return { concurrency: { key, limit, onLimit: wordOf(ON_LIMIT_CODE, onLimit) } };
}

function stateOf(row: JobRow): Job["state"] {
  if (row.end_state !== null) return wordOf(END_CODE, row.end_state);
  return row.stopping === null ? "pending" : "running";
}
