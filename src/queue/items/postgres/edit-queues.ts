import sql, { empty, type Sql } from "sql-template-tag";
import { newId, type TenantId } from "../../../core/ids.ts";
import { type Database, isUniqueViolation, type Queryable } from "../../../database/index.ts";
import { type AcceptedQueue, acceptQueue } from "../accepted-queue.ts";
import { workItemErrors } from "../errors.ts";
import { isId, readItemPage, toItemPage } from "../page.ts";
import { refuseOutdatedQueue, uniquenessIsFixed } from "../queue-edits.ts";
import type { ItemPage, ItemPageRequest, WorkQueueEdit } from "../work-item-store.ts";
import type { WorkQueue, WorkQueueDraft } from "../work-queue.ts";
import { QUEUE_COLUMNS, type QueueRow, toQueue } from "./queue-rows.ts";

export async function createQueue(db: Queryable, tenantId: TenantId, draft: WorkQueueDraft): Promise<WorkQueue> {
  const accepted = acceptQueue(draft);
  const { retry } = accepted;
  return namedOnce(accepted.name, async () => {
    const rows = await db.query<QueueRow>(sql`
      insert into work_queue as q (
        tenant_id, id, name, description, version, item_schema, unique_reference, default_priority,
        application_retries, application_delay_ms, business_retries, business_delay_ms, max_attempts,
        retention_days, start_rule, created_at, updated_at)
      values (
        ${tenantId}, ${newId()}::uuid, ${accepted.name}, ${accepted.description}, 1, ${json(accepted.itemSchema)},
        ${accepted.uniqueReference}, ${accepted.defaultPriority},
        ${retry.application.maxRetries}, ${retry.application.delayMs}::bigint,
        ${retry.business.maxRetries}, ${retry.business.delayMs}::bigint, ${retry.maxAttempts},
        ${accepted.retentionDays}, ${json(accepted.startRule)}, now(), now())
      returning ${QUEUE_COLUMNS}`);
    return onlyQueue(rows);
  });
}

export async function updateQueue(
  database: Database,
  at: { readonly tenantId: TenantId; readonly queueId: string },
  { draft, expectedVersion }: WorkQueueEdit,
): Promise<WorkQueue> {
  const accepted = acceptQueue(draft);
  return namedOnce(accepted.name, () =>
    database.withTransaction(async (transaction) => {
      const queue = await lockQueue(transaction, at);
      refuseOutdatedQueue(queue, expectedVersion);
      if (accepted.uniqueReference !== queue.uniqueReference) throw uniquenessIsFixed();
      return onlyQueue(await transaction.query<QueueRow>(updateStatement(at, accepted)));
    }),
  );
}

function updateStatement(at: { readonly tenantId: TenantId; readonly queueId: string }, accepted: AcceptedQueue): Sql {
  const { retry } = accepted;
  return sql`
    update work_queue as q
    set name = ${accepted.name}, description = ${accepted.description}, version = q.version + 1,
        item_schema = ${json(accepted.itemSchema)}, default_priority = ${accepted.defaultPriority},
        application_retries = ${retry.application.maxRetries}, application_delay_ms = ${retry.application.delayMs}::bigint,
        business_retries = ${retry.business.maxRetries}, business_delay_ms = ${retry.business.delayMs}::bigint,
        max_attempts = ${retry.maxAttempts}, retention_days = ${accepted.retentionDays},
        start_rule = ${json(accepted.startRule)}, updated_at = now()
    where q.tenant_id = ${at.tenantId} and q.id = ${at.queueId}::uuid
    returning ${QUEUE_COLUMNS}`;
}

/** Hides the queue. Rejects with WORK_QUEUE_IN_USE while jobs hold items of it. */
export async function deleteQueue(
  database: Database,
  at: { readonly tenantId: TenantId; readonly queueId: string },
  expectedVersion: number | undefined,
): Promise<void> {
  await database.withTransaction(async (transaction) => {
    const queue = await lockQueue(transaction, at);
    refuseOutdatedQueue(queue, expectedVersion);
    const held = await transaction.query(sql`
      select 1 from work_item
      where tenant_id = ${at.tenantId} and queue_id = ${at.queueId}::uuid and state = 'in_progress' limit 1`);
    if (held.length > 0) throw workItemErrors.WORK_QUEUE_IN_USE({ queue: queue.name });
    await transaction.query(sql`
      update work_queue set deleted_at = now() where tenant_id = ${at.tenantId} and id = ${at.queueId}::uuid`);
  });
}

/** Adding items goes on meanwhile: this lock does not stand in the way of foreign keys. */
async function lockQueue(
  transaction: Queryable,
  { tenantId, queueId }: { readonly tenantId: TenantId; readonly queueId: string },
): Promise<WorkQueue> {
  const rows = isId(queueId)
    ? await transaction.query<QueueRow>(sql`
        select ${QUEUE_COLUMNS} from work_queue q
        where q.tenant_id = ${tenantId} and q.id = ${queueId}::uuid and q.deleted_at is null
        for no key update`)
    : [];
  const [row] = rows;
  if (row === undefined) throw workItemErrors.WORK_QUEUE_NOT_FOUND({ queue: queueId });
  return toQueue(row);
}

export async function listQueues(
  db: Queryable,
  tenantId: TenantId,
  page: ItemPageRequest,
): Promise<ItemPage<WorkQueue>> {
  const before = readItemPage(page);
  const rows = await db.query<QueueRow>(sql`
    select ${QUEUE_COLUMNS} from work_queue q
    where q.tenant_id = ${tenantId} and q.deleted_at is null
      ${before === undefined ? empty : sql`and q.id < ${before}::uuid`}
    order by q.id desc limit ${page.limit + 1}`);
  return toItemPage(rows.map(toQueue), page.limit);
}

async function namedOnce(name: string, work: () => Promise<WorkQueue>): Promise<WorkQueue> {
  try {
    return await work();
  } catch (error) {
    if (!isUniqueViolation(error, "work_queue_name")) throw error;
    throw workItemErrors.WORK_QUEUE_NAME_TAKEN({ name }, { cause: error });
  }
}

function onlyQueue(rows: readonly QueueRow[]): WorkQueue {
  const [row] = rows;
  if (row === undefined) throw new TypeError("a statement that returns its row returned none");
  return toQueue(row);
}

function json(value: object | undefined): Sql {
  return value === undefined ? sql`null` : sql`${JSON.stringify(value)}::json`;
}
