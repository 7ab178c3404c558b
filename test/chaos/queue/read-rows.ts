/** Reads what the database says about a run. Its own tables, not the library: a job that is in two places must show. */
import sql, { raw } from "sql-template-tag";
import type { Queryable } from "../../../src/database/index.ts";
import type { AttemptRow, DeadLetterRow, EndState, Evidence, JobRow, Leftover, OutcomeRow } from "./evidence.ts";
import { limitOfJob, readPayload } from "./job-plan.ts";

/** Numbers of the state columns, as migrations/0002_queue.sql tells them. */
const END_STATES: readonly (EndState | undefined)[] = [undefined, "completed", "failed", "cancelled", "timed_out"];
const ATTEMPT_OUTCOMES: readonly (AttemptRow["outcome"] | undefined)[] = [undefined, "retried", "lost", "released"];
const REASONS: readonly (DeadLetterRow["reason"] | undefined)[] = [undefined, "exhausted", "permanent", "deadline"];

/** How releases say that their attempt was never started: by the consumer, and by the reaper for answers that got lost. */
const NOT_STARTED = ["claimed too slowly", "the answer to its claim never arrived"];

/** Tables in which a job is that is not over; `range` has many in a row. */
const LEFTOVER_TABLES = [
  { table: "queue_ready", ids: "select generate_series(lo, hi) as id from queue_ready" },
  { table: "queue_delayed", ids: "select job_id as id from queue_delayed" },
  { table: "queue_active", ids: "select id from queue_active" },
  { table: "queue_parked", ids: "select job_id as id from queue_parked" },
  { table: "queue_slot", ids: "select job_id as id from queue_slot" },
] as const;

const DEFAULT_MAX_ATTEMPTS = 3;

export type StoredEvidence = Pick<Evidence, "jobs" | "outcomes" | "attempts" | "deadLetters" | "leftovers">;

export async function readStored(db: Queryable, seed: number): Promise<StoredEvidence> {
  return {
    jobs: await readJobs(db, seed),
    outcomes: await readOutcomes(db),
    attempts: await readAttempts(db),
    deadLetters: await readDeadLetters(db),
    leftovers: await readLeftovers(db),
  };
}

async function readJobs(db: Queryable, seed: number): Promise<JobRow[]> {
  const rows = await db.query<{
    readonly id: string;
    readonly is_keyed: boolean;
    readonly max_attempts: number | null;
    readonly run_at_ms: number | null;
    readonly deadline_ms: number | null;
    readonly payload: unknown;
  }>(sql`
    select id, idempotency_key is not null as is_keyed, (retry ->> 'maxAttempts')::int as max_attempts,
      extract(epoch from run_at)::float8 * 1000 as run_at_ms, extract(epoch from deadline)::float8 * 1000 as deadline_ms,
      payload
    from queue_job`);
  return rows.map((row) => {
    const { n, take, first, size } = readPayload(row.payload);
    const limit = limitOfJob(seed, n);
    return {
      jobId: row.id,
      n,
      take,
      first,
      size,
      isKeyed: row.is_keyed,
      maxAttempts: row.max_attempts ?? DEFAULT_MAX_ATTEMPTS,
      ...(row.run_at_ms !== null && { runAtMs: row.run_at_ms }),
      ...(row.deadline_ms !== null && { deadlineMs: row.deadline_ms }),
      ...(limit !== undefined && { limit }),
    };
  });
}

async function readOutcomes(db: Queryable): Promise<OutcomeRow[]> {
  const rows = await db.query<{
    readonly id: string;
    readonly state: number;
    readonly attempt: number;
    readonly by_holder: boolean;
    readonly finished_at_ms: number;
    readonly has_result: boolean;
    readonly result: unknown;
  }>(sql`
    select id, state, attempt, by_holder, extract(epoch from finished_at)::float8 * 1000 as finished_at_ms,
      result is not null as has_result, result
    from queue_done`);
  return rows.map((row) => ({
    jobId: row.id,
    state: known(END_STATES, row.state),
    attempt: row.attempt,
    byHolder: row.by_holder,
    finishedAtMs: row.finished_at_ms,
    ...(row.has_result && { result: row.result }),
  }));
}

async function readAttempts(db: Queryable): Promise<AttemptRow[]> {
  const rows = await db.query<{
    readonly id: string;
    readonly attempt: number;
    readonly robot_id: string | null;
    readonly started_at_ms: number;
    readonly ended_at_ms: number | null;
    readonly state: number | null;
    readonly outcome: number | null;
    readonly note: string | null;
  }>(sql`
    select t.id, t.attempt, s.robot_id, extract(epoch from t.started_at)::float8 * 1000 as started_at_ms,
      extract(epoch from t.ended_at)::float8 * 1000 as ended_at_ms, t.state, t.outcome, t.note
    from (
      select tenant_id, id, attempt, session_id, started_at, ended_at, null::smallint as state, outcome,
        error ->> 'message' as note
      from queue_attempt
      union all
      select tenant_id, id, attempt, session_id, started_at, finished_at, state, null, null from queue_done where by_holder
      union all
      select tenant_id, id, attempt, session_id, started_at, null, null, null, null from queue_active
    ) t
    left join queue_session s on s.tenant_id = t.tenant_id and s.id = t.session_id`);
  return rows.map((row) => ({
    jobId: row.id,
    attempt: row.attempt,
    outcome: outcomeOf(row),
    startedAtMs: row.started_at_ms,
    isSpared: row.outcome === 3 && NOT_STARTED.some((reason) => row.note?.includes(reason)),
    ...(row.robot_id !== null && { robotId: row.robot_id }),
    ...(row.ended_at_ms !== null && { endedAtMs: row.ended_at_ms }),
  }));
}

function outcomeOf(row: { readonly state: number | null; readonly outcome: number | null }): AttemptRow["outcome"] {
  if (row.state !== null) return known(END_STATES, row.state);
  return row.outcome === null ? "running" : known(ATTEMPT_OUTCOMES, row.outcome);
}

async function readDeadLetters(db: Queryable): Promise<DeadLetterRow[]> {
  const rows = await db.query<{ readonly job_id: string; readonly reason: number; readonly attempts: number }>(sql`
    select job_id, reason, attempts from queue_dead_letter`);
  return rows.map((row) => ({ jobId: row.job_id, reason: known(REASONS, row.reason), attempts: row.attempts }));
}

async function readLeftovers(db: Queryable): Promise<Leftover[]> {
  const leftovers: Leftover[] = [];
  for (const { table, ids } of LEFTOVER_TABLES) {
    const rows = await db.query<{ readonly id: string }>(raw(ids));
    for (const { id } of rows) leftovers.push({ jobId: id, table });
  }
  return leftovers;
}

/** Jobs that are not over, by the table they are in. */
export async function countLeftovers(db: Queryable): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const { table, ids } of LEFTOVER_TABLES) {
    const [row] = await db.query<{ readonly count: number }>(raw(`select count(*)::int as count from (${ids}) as t`));
    counts[table] = row?.count ?? 0;
  }
  return counts;
}

function known<Word>(words: readonly (Word | undefined)[], code: number): Word {
  const word = words[code];
  if (word === undefined) throw new RangeError(`a table of the queue holds the unknown code ${code}`);
  return word;
}
