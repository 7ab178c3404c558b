import sql, { type Sql } from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { Queryable } from "../../database/index.ts";
import { DEFAULT_RETRY, type Lease, type RetryPolicy } from "../job.ts";
import type { AttemptFacts } from "../retry.ts";
import { STOPPING_CODE, wordOf } from "./codes.ts";

/** A running job with what decides about its future. */
export interface RunningJob {
  readonly lease: Lease;
  readonly facts: AttemptFacts;
  readonly stopReason?: string;
}

/** Why a job is taken from its holder: its session is over, or the answer to the claim never reached it. */
export type TakenFor = "lost" | "unheard";

interface RunningRow {
  readonly tenant_id: TenantId;
  readonly id: string;
  readonly attempt: number;
  readonly session_id: string;
  readonly spent: number;
  readonly stopping: number;
  readonly stop_reason: string | null;
  readonly retry: RetryPolicy | null;
  readonly overdue: boolean;
}

const COLUMNS = sql`
  a.tenant_id, a.id, a.attempt, a.session_id, a.attempt - a.spared as spent, a.stopping, a.stop_reason, j.retry,
  coalesce(j.deadline <= clock_timestamp(), false) as overdue`;

/** The job of a lease, or undefined when the lease does not hold it (any more). */
export async function findRunning(db: Queryable, lease: Lease): Promise<RunningJob | undefined> {
  const [row] = await db.query<RunningRow>(sql`
    select ${COLUMNS}
    from queue_active a join queue_job j on j.tenant_id = a.tenant_id and j.id = a.id
    where ${fence(lease)}`);
  return row && toRunning(row);
}

/** Locks all jobs of a session, to give them back. */
export async function lockRunningOfSession(
  db: Queryable,
  tenantId: TenantId,
  sessionId: string,
): Promise<readonly RunningJob[]> {
  const rows = await db.query<RunningRow>(sql`
    select ${COLUMNS}
    from queue_active a join queue_job j on j.tenant_id = a.tenant_id and j.id = a.id
    where a.tenant_id = ${tenantId} and a.session_id = ${sessionId}
    order by a.id
    for update of a`);
  return rows.map(toRunning);
}

/**
 * Locks up to `limit` running jobs of all tenants that must be taken from their holders; jobs locked by others are left.
 *
 * `unheard`: the holder has renewed its session for two leases after the claim and never named the job, so the answer to
 * its claim was lost on the way. After one lease it might have been out of touch and about to name it.
 */
export async function lockAbandoned(
  db: Queryable,
  limit: number,
): Promise<readonly (RunningJob & { readonly takenFor: TakenFor })[]> {
  const rows = await db.query<RunningRow & { readonly over: boolean }>(sql`
    select ${COLUMNS}, s.id is null or s.ended_at is not null as over
    from queue_active a
    join queue_job j on j.tenant_id = a.tenant_id and j.id = a.id
    left join queue_session s on s.tenant_id = a.tenant_id and s.id = a.session_id
    where s.id is null or s.ended_at is not null
      or (not a.listed and s.renewed_at > a.started_at + 2 * (s.until - s.renewed_at))
    limit ${limit}
    for update of a skip locked`);
  return rows.map((row) => ({ ...toRunning(row), takenFor: row.over ? "lost" : "unheard" }));
}

/** True while the lease holds its job. */
export async function holdsLease(db: Queryable, lease: Lease): Promise<boolean> {
  const rows = await db.query(sql`select from queue_active a where ${fence(lease)}`);
  return rows.length > 0;
}

/** The fencing token as a condition on `queue_active a`. */
function fence(lease: Lease): Sql {
  return sql`a.tenant_id = ${lease.tenantId} and a.id = ${lease.jobId} and a.attempt = ${lease.attempt}
    and a.session_id = ${lease.sessionId}`;
}

function toRunning(row: RunningRow): RunningJob {
  return {
    lease: { tenantId: row.tenant_id, jobId: row.id, attempt: row.attempt, sessionId: row.session_id },
    facts: {
      retry: row.retry ?? DEFAULT_RETRY,
      spent: row.spent,
      stopping: wordOf(STOPPING_CODE, row.stopping),
      overdue: row.overdue,
    },
    ...(row.stop_reason !== null && { stopReason: row.stop_reason }),
  };
}
