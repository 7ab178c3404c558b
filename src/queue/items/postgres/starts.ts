import sql from "sql-template-tag";
import type { TenantId } from "../../../core/ids.ts";
import type { Database, Queryable } from "../../../database/index.ts";
import { isJobId } from "../accepted-item.ts";
import { workItemErrors } from "../errors.ts";
import { isId } from "../page.ts";
import { jobsToStart, mostItems } from "../start-rule.ts";
import type { OpenStart, PlannedStarts, StartId } from "../work-item-store.ts";
import type { StartRule } from "../work-queue.ts";

interface QueueStartsRow {
  readonly start_rule: StartRule | null;
  readonly next_start: string;
  readonly open_starts: number;
}

/** Decides how many jobs to start and writes that down; see `WorkItemStore.planStarts`. */
export async function planStarts(
  database: Database,
  tenantId: TenantId,
  queueId: string,
): Promise<PlannedStarts | undefined> {
  const rule = await startRuleOf(database, tenantId, queueId);
  if (rule === undefined) return undefined;
  // Nearly every item comes while enough jobs are at it: that is seen without the lock.
  if ((await wanted(database, { tenantId, queueId }, rule)) === 0) return { rule, starts: [] };
  return database.withTransaction(async (transaction) => {
    const [row] = await transaction.query<Pick<QueueStartsRow, "start_rule" | "next_start">>(sql`
      select start_rule, next_start::text from work_queue
      where tenant_id = ${tenantId} and id = ${queueId}::uuid and deleted_at is null
      for no key update`);
    if (row === undefined || row.start_rule === null) return undefined;
    const count = await wanted(transaction, { tenantId, queueId }, row.start_rule);
    const first = Number(row.next_start);
    await transaction.query(sql`
      insert into work_queue_start (tenant_id, queue_id, number)
      select ${tenantId}, ${queueId}::uuid, number
      from generate_series(${first}::bigint, ${first + count - 1}::bigint) as number`);
    await transaction.query(sql`
      update work_queue set next_start = next_start + ${count}
      where tenant_id = ${tenantId} and id = ${queueId}::uuid`);
    const starts = Array.from({ length: count }, (_, index) => ({ tenantId, queueId, number: first + index }));
    return { rule: row.start_rule, starts };
  });
}

async function startRuleOf(db: Queryable, tenantId: TenantId, queueId: string): Promise<StartRule | undefined> {
  const rows = isId(queueId)
    ? await db.query<Pick<QueueStartsRow, "start_rule">>(sql`
        select start_rule from work_queue
        where tenant_id = ${tenantId} and id = ${queueId}::uuid and deleted_at is null`)
    : [];
  const [row] = rows;
  if (row === undefined) throw workItemErrors.WORK_QUEUE_NOT_FOUND({ queue: queueId });
  return row.start_rule ?? undefined;
}

async function wanted(
  db: Queryable,
  { tenantId, queueId }: { readonly tenantId: TenantId; readonly queueId: string },
  rule: StartRule,
): Promise<number> {
  const [opened] = await db.query<{ n: number }>(sql`
    select count(*)::int as n from work_queue_start where tenant_id = ${tenantId} and queue_id = ${queueId}::uuid`);
  const openStarts = opened?.n ?? 0;
  if (openStarts >= rule.maxJobs) return 0;
  const most = mostItems(rule);
  const own = sql`tenant_id = ${tenantId} and queue_id = ${queueId}::uuid`;
  const [counted] = await db.query<{ waiting: number; in_progress: number }>(sql`
    select
      (select count(*)::int from (
        (select 1 from work_item where ${own} and state in ('new', 'retried') and is_due limit ${most})
        union all
        (select 1 from work_item where ${own} and state in ('new', 'retried') and not is_due
           and postpone_until <= now() limit ${most})) as one) as waiting,
      (select count(*)::int from (
        select 1 from work_item where ${own} and state = 'in_progress' limit ${most}) as one) as in_progress`);
  return jobsToStart(rule, { waiting: counted?.waiting ?? 0, inProgress: counted?.in_progress ?? 0, openStarts });
}

export async function recordStart(db: Queryable, { tenantId, queueId, number }: StartId, jobId: string): Promise<void> {
  await db.query(sql`
    update work_queue_start set job_id = ${jobId}::bigint
    where tenant_id = ${tenantId} and queue_id = ${queueId}::uuid and number = ${number}::bigint`);
}

export async function forgetStart(db: Queryable, { tenantId, queueId, number }: StartId): Promise<void> {
  await db.query(sql`
    delete from work_queue_start
    where tenant_id = ${tenantId} and queue_id = ${queueId}::uuid and number = ${number}::bigint`);
}

interface StartRow {
  readonly number: string;
  readonly job_id: string | null;
  readonly planned_at: Date;
}

export async function listStarts(db: Queryable, tenantId: TenantId, queueId: string): Promise<readonly OpenStart[]> {
  if (!isId(queueId)) return [];
  const rows = await db.query<StartRow>(sql`
    select number::text, job_id::text, planned_at from work_queue_start
    where tenant_id = ${tenantId} and queue_id = ${queueId}::uuid
    order by number`);
  return rows.map((row) => ({
    tenantId,
    queueId,
    number: Number(row.number),
    ...(row.job_id !== null && { jobId: row.job_id }),
    plannedAt: row.planned_at,
  }));
}

export async function findStart(db: Queryable, tenantId: TenantId, jobId: string): Promise<StartId | undefined> {
  if (!isJobId(jobId)) return undefined;
  const [row] = await db.query<{ queue_id: string; number: string }>(sql`
    select queue_id, number::text from work_queue_start
    where tenant_id = ${tenantId} and job_id = ${jobId}::bigint`);
  return row && { tenantId, queueId: row.queue_id, number: Number(row.number) };
}

/** Queues with a start rule, of all tenants. */
export async function startingQueues(
  db: Queryable,
): Promise<readonly { readonly tenantId: TenantId; readonly queueId: string }[]> {
  const rows = await db.query<{ tenant_id: number; id: string }>(sql`
    select tenant_id, id from work_queue where start_rule is not null and deleted_at is null order by tenant_id, id`);
  return rows.map((row) => ({ tenantId: row.tenant_id as TenantId, queueId: row.id }));
}
