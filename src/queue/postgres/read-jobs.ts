import sql from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { Queryable } from "../../database/index.ts";
import type { Attempt, AttemptOutcome, Job, JobFailure } from "../job.ts";
import type { QueueStats } from "../queue.ts";
import { ATTEMPT_CODE, END_CODE, type EndState, wordOf } from "./codes.ts";
import { JOB_COLUMNS, JOB_JOINS, type JobRow, toJob } from "./job-rows.ts";

export async function findJob(db: Queryable, tenantId: TenantId, jobId: string): Promise<Job | undefined> {
  const [row] = await db.query<JobRow>(sql`
    select ${JOB_COLUMNS} from queue_job j ${JOB_JOINS} where j.tenant_id = ${tenantId} and j.id = ${jobId}`);
  return row && toJob(row);
}

interface AttemptRow {
  readonly attempt: number;
  readonly robot_id: string | null;
  readonly session_id: string;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly end_state: number | null;
  readonly outcome: number | null;
  readonly error: JobFailure | null;
}

/** Every attempt at a job in order, the running one last. */
export async function listAttempts(db: Queryable, tenantId: TenantId, jobId: string): Promise<readonly Attempt[]> {
  const rows = await db.query<AttemptRow>(sql`
    select t.*, s.robot_id
    from (
      select attempt, session_id, started_at, ended_at, null::smallint as end_state, outcome, error
      from queue_attempt where tenant_id = ${tenantId} and id = ${jobId}
      union all
      select attempt, session_id, started_at, finished_at, state, null, error
      from queue_done where tenant_id = ${tenantId} and id = ${jobId} and by_holder
      union all
      select attempt, session_id, started_at, null, null, null, null
      from queue_active where tenant_id = ${tenantId} and id = ${jobId}
    ) t
    left join lateral (
      select robot_id from queue_session where tenant_id = ${tenantId} and id = t.session_id limit 1
    ) s on true
    order by t.attempt`);
  return rows.map(toAttempt);
}

function toAttempt(row: AttemptRow): Attempt {
  return {
    attempt: row.attempt,
    sessionId: row.session_id,
    startedAt: row.started_at,
    outcome: outcomeOf(row),
    ...(row.robot_id !== null && { robotId: row.robot_id }),
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
    ...(row.error !== null && { error: row.error }),
  };
}

function outcomeOf(row: AttemptRow): AttemptOutcome {
  if (row.outcome !== null) return wordOf(ATTEMPT_CODE, row.outcome);
  if (row.end_state === null) return "running";
  const state: EndState = wordOf(END_CODE, row.end_state);
  return state === "failed" ? "dead" : state;
}

/** Counts of a tenant; reads its part of the small tables. */
export async function readStats(db: Queryable, tenantId: TenantId): Promise<QueueStats> {
  const [row] = await db.query<{
    readonly pending: string;
    readonly delayed: string;
    readonly held_back: string;
    readonly running: string;
    readonly dead_letters: string;
    readonly oldest_ms: number | null;
  }>(sql`
    select
      coalesce(ready.jobs, 0) + later.due as pending, later.not_due as delayed,
      (select count(*) from queue_parked where tenant_id = ${tenantId}) as held_back,
      (select count(*) from queue_active where tenant_id = ${tenantId}) as running,
      (select count(*) from queue_dead_letter where tenant_id = ${tenantId} and requeued_as is null) as dead_letters,
      (extract(epoch from t.now - least(ready.oldest, later.oldest)) * 1000)::float8 as oldest_ms
    from (select clock_timestamp() as now) t,
      lateral (
        select sum(hi - lo + 1) as jobs, min(ready_at) as oldest from queue_ready where tenant_id = ${tenantId}
      ) ready,
      lateral (
        select count(*) filter (where run_at <= t.now) as due, count(*) filter (where run_at > t.now) as not_due,
          min(run_at) filter (where run_at <= t.now) as oldest
        from queue_delayed where tenant_id = ${tenantId}
      ) later`);
  return {
    pending: Number(row?.pending ?? 0),
    delayed: Number(row?.delayed ?? 0),
    heldBack: Number(row?.held_back ?? 0),
    running: Number(row?.running ?? 0),
    deadLetters: Number(row?.dead_letters ?? 0),
    ...(typeof row?.oldest_ms === "number" && { oldestPendingMs: Math.max(0, Math.round(row.oldest_ms)) }),
  };
}
