import sql, { empty, join, type Sql } from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { Queryable } from "../../database/index.ts";
import type { DeadLetter, JobFailure } from "../job.ts";
import type { DeadLetterFilter } from "../queue.ts";
import { CATEGORY_CODE, REASON_CODE, wordOf } from "./codes.ts";

interface DeadLetterRow {
  readonly job_id: string;
  readonly kind: string;
  readonly reason: number;
  readonly category: number;
  readonly error: JobFailure;
  readonly attempts: number;
  readonly died_at: Date;
  readonly requeued_as: string | null;
  readonly died_us: string;
}

/** A dead letter and its place in the list. */
export interface PlacedDeadLetter {
  readonly letter: DeadLetter;
  /** Time of death in microseconds of the epoch, which a Date has no room for, and job id. */
  readonly place: readonly [diedUs: string, jobId: string];
}

const COLUMNS = sql`
  l.job_id, j.kind, l.reason, coalesce(l.category, l.reason) as category, l.error, l.attempts, l.died_at, l.requeued_as,
  (extract(epoch from l.died_at) * 1000000)::bigint as died_us`;

/** Newest first. @param after place of the last one of the page before. */
export async function listDeadLetters(
  db: Queryable,
  tenantId: TenantId,
  page: {
    readonly limit: number;
    readonly after: readonly string[] | undefined;
    readonly filter: DeadLetterFilter;
  },
): Promise<readonly PlacedDeadLetter[]> {
  const [diedUs, jobId] = page.after ?? [];
  const older =
    diedUs === undefined
      ? empty
      : sql`and (l.died_at, l.job_id) < (timestamptz 'epoch' + ${diedUs}::bigint * interval '1 microsecond', ${jobId}::bigint)`;
  const rows = await db.query<DeadLetterRow>(sql`
    select ${COLUMNS}
    from queue_dead_letter l join queue_job j on j.tenant_id = l.tenant_id and j.id = l.job_id
    where l.tenant_id = ${tenantId} ${older} ${join([empty, ...conditionsOf(page.filter)], " and ")}
    order by l.died_at desc, l.job_id desc
    limit ${page.limit}`);
  return rows.map((row) => ({ letter: toDeadLetter(row, tenantId), place: [row.died_us, row.job_id] }));
}

/** Conditions on `queue_dead_letter l` and its `queue_job j`. */
function conditionsOf(filter: DeadLetterFilter): Sql[] {
  const { kind, reason, category, code, diedFrom, diedTo, requeued } = filter;
  const conditions: Sql[] = [];
  if (kind !== undefined) conditions.push(sql`j.kind = ${kind}`);
  if (reason !== undefined) conditions.push(sql`l.reason = ${REASON_CODE[reason]}`);
  if (category !== undefined) conditions.push(sql`coalesce(l.category, l.reason) = ${CATEGORY_CODE[category]}`);
  if (code !== undefined) conditions.push(sql`l.error->>'code' = ${code}`);
  if (diedFrom !== undefined) conditions.push(sql`l.died_at >= ${diedFrom}::timestamptz`);
  if (diedTo !== undefined) conditions.push(sql`l.died_at < ${diedTo}::timestamptz`);
  if (requeued !== undefined) {
    conditions.push(requeued ? sql`l.requeued_as is not null` : sql`l.requeued_as is null`);
  }
  return conditions;
}

export async function findDeadLetter(
  db: Queryable,
  tenantId: TenantId,
  jobId: string,
): Promise<DeadLetter | undefined> {
  const [row] = await db.query<DeadLetterRow>(sql`
    select ${COLUMNS}
    from queue_dead_letter l join queue_job j on j.tenant_id = l.tenant_id and j.id = l.job_id
    where l.tenant_id = ${tenantId} and l.job_id = ${jobId}`);
  return row && toDeadLetter(row, tenantId);
}

/** @returns false when there is none. */
export async function deleteDeadLetter(db: Queryable, tenantId: TenantId, jobId: string): Promise<boolean> {
  const rows = await db.query(sql`
    delete from queue_dead_letter where tenant_id = ${tenantId} and job_id = ${jobId} returning job_id`);
  return rows.length > 0;
}

function toDeadLetter(row: DeadLetterRow, tenantId: TenantId): DeadLetter {
  return {
    jobId: row.job_id,
    tenantId,
    kind: row.kind,
    reason: wordOf(REASON_CODE, row.reason),
    category: wordOf(CATEGORY_CODE, row.category),
    error: row.error,
    attempts: row.attempts,
    diedAt: row.died_at,
    ...(row.requeued_as !== null && { requeuedAs: row.requeued_as }),
  };
}
