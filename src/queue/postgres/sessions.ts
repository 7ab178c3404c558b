import sql from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { Database, Queryable } from "../../database/index.ts";
import { storableNote } from "../failure-record.ts";
import { clampProgress } from "../progress.ts";
import type { Renewal, RenewalReply, SessionRequest } from "../queue.ts";
import { isStoredId } from "../stored-id.ts";
import { STOPPING_CODE } from "./codes.ts";
import { onDuty } from "./on-duty.ts";

/** Opens a session; ids are never used again. */
export async function openSession(db: Queryable, session: SessionRequest): Promise<string> {
  const [row] = await db.query<{ id: string }>(sql`
    insert into queue_session (tenant_id, robot_id, opened_at, renewed_at, until)
    select ${session.tenantId}::int, ${session.robotId}::text, now, now, now + ${session.leaseMs}::int * interval '1 ms'
    from (select clock_timestamp() as now) as t
    returning id`);
  if (row === undefined) throw new TypeError("insert returned no session");
  return row.id;
}

interface RenewalRow {
  readonly live: boolean;
  readonly job_id: string | null;
  readonly held: boolean;
  readonly stopping: number | null;
}

/**
 * Prolongs a session that nobody has ended, even one whose time is up: what was not taken from it is still its own.
 *
 * Progress outside [0, 1] is moved into it and notes are cut, because a heartbeat must not fail for such a thing.
 */
export async function renewSession(db: Queryable, renewal: Renewal): Promise<RenewalReply> {
  const jobs = renewal.jobs.filter((job) => isStoredId(job.jobId));
  const foreign = renewal.jobs.filter((job) => !isStoredId(job.jobId)).map((job) => job.jobId);
  const rows = await db.query<RenewalRow>(sql`
    with live as (
      update queue_session
      set renewed_at = clock_timestamp(), until = clock_timestamp() + ${renewal.leaseMs}::int * interval '1 ms'
      where tenant_id = ${renewal.tenantId} and id = ${renewal.sessionId} and ended_at is null
      returning id
    ),
    given as materialized (
      select * from unnest(
        ${jobs.map((job) => job.jobId)}::bigint[],
        ${jobs.map((job) => job.attempt)}::int[],
        ${jobs.map((job) => clampProgress(job.progress))}::real[],
        ${jobs.map((job) => job.progressNote && storableNote(job.progressNote))}::text[]
      ) as g (id, attempt, progress, note)
    ),
    told as (
      update queue_active a
      set listed = true, progress = coalesce(g.progress, a.progress), progress_note = coalesce(g.note, a.progress_note)
      from live, given g
      where a.tenant_id = ${renewal.tenantId} and a.id = any(${jobs.map((job) => job.jobId)}::bigint[])
        and a.id = g.id and a.attempt = g.attempt and a.session_id = live.id
        and (not a.listed or g.progress <> coalesce(a.progress, -1) or g.note <> coalesce(a.progress_note, ''))
    )
    select exists (select from live) as live, g.id as job_id, a.id is not null as held, a.stopping
    from (select) as one
    left join given g on true
    left join queue_active a on a.tenant_id = ${renewal.tenantId} and a.id = g.id and a.attempt = g.attempt
      and a.session_id = ${renewal.sessionId}`);
  const live = rows[0]?.live ?? false;
  const named = rows.filter((row) => row.job_id !== null);
  const idsOf = (wanted: readonly RenewalRow[]): string[] => wanted.map((row) => row.job_id ?? "");
  return {
    live,
    lost: [...foreign, ...idsOf(named.filter((row) => !live || !row.held))],
    cancelRequested: live ? idsOf(named.filter((row) => row.held && row.stopping !== STOPPING_CODE.no)) : [],
  };
}

/** @returns false when it had ended before, or never was. */
export async function endSession(db: Queryable, tenantId: TenantId, sessionId: string): Promise<boolean> {
  const rows = await db.query(sql`
    update queue_session set ended_at = clock_timestamp()
    where tenant_id = ${tenantId} and id = ${sessionId} and ended_at is null
    returning id`);
  return rows.length > 0;
}

/** Ends sessions whose time is up, of all tenants. @returns how many, at most `limit`. */
export async function endLapsedSessions(db: Queryable, limit: number): Promise<number> {
  const rows = await db.query(sql`
    with lapsed as materialized (
      select tenant_id, id from queue_session
      where ended_at is null and until <= clock_timestamp()
      limit ${limit} for update skip locked
    )
    update queue_session s set ended_at = clock_timestamp() from lapsed l
    where s.tenant_id = l.tenant_id and s.id = l.id and s.ended_at is null and s.until <= clock_timestamp()
    returning s.id`);
  return rows.length;
}

/**
 * Forgets sessions that no history names any more: those that had ended before the oldest whole partition was begun. What is
 * kept of older ones are few rows, and may name some. An hour for what was begun and not noted yet.
 */
export async function forgetSessions(database: Database): Promise<void> {
  await onDuty(database, "sessions", (transaction) =>
    transaction.query(sql`
      with named as materialized (
        select d.tenant_id, d.session_id from queue_partition p join queue_done d on d.id between p.first_id and p.last_id
        where p.kept
        union
        select l.tenant_id, l.session_id from queue_partition p join queue_attempt l on l.id between p.first_id and p.last_id
        where p.kept
      )
      delete from queue_session s
      where s.ended_at < (select min(opened_at) from queue_partition where not kept) - interval '1 hour'
        and (s.tenant_id, s.id) not in (select tenant_id, session_id from named where session_id is not null)`),
  );
}
