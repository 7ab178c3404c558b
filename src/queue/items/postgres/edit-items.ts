import sql, { empty, join, type Sql } from "sql-template-tag";
import { type Database, isUniqueViolation, type Queryable } from "../../../database/index.ts";
import { acceptChange, checkReview } from "../accepted-item.ts";
import { workItemErrors } from "../errors.ts";
import { EDITS, type ItemAction, refuseEdit } from "../item-edits.ts";
import { isId } from "../page.ts";
import type { WorkItem, WorkItemChange } from "../work-item.ts";
import type { ItemEdit, ItemReview } from "../work-item-store.ts";
import { ITEM_COLUMNS, type ItemRow, toItem } from "./item-rows.ts";
import { keepAttempt } from "./keep-attempt.ts";
import { requireQueue } from "./queue-rows.ts";

export async function updateItem(
  database: Database,
  edit: ItemEdit & { readonly change: WorkItemChange },
): Promise<WorkItem> {
  const queue = await requireQueue(database, edit.tenantId, edit.queueId);
  const accepted = acceptChange(queue, edit.change);
  const { dataText, reference, priority, deadline, postponeUntil } = accepted;
  const parts: Sql[] = [];
  if (dataText !== undefined) parts.push(sql`data = ${dataText}::json`);
  if (priority !== undefined) parts.push(sql`priority = ${priority}`);
  if (deadline !== undefined) parts.push(sql`deadline = ${deadline}::timestamptz`);
  if (reference !== undefined) {
    parts.push(sql`reference = ${reference}, unique_reference = ${queue.uniqueReference ? reference : null}`);
  }
  if (postponeUntil !== undefined) {
    parts.push(sql`postpone_until = ${postponeUntil}::timestamptz,
      is_due = coalesce(${postponeUntil}::timestamptz <= now(), true)`);
  }
  try {
    return await editItem(database, edit, { action: EDITS.update, parts });
  } catch (error) {
    if (!isUniqueViolation(error, "work_item_reference_unique")) throw error;
    throw workItemErrors.WORK_ITEM_REFERENCE_TAKEN({ path: "reference" }, { cause: error });
  }
}

/** What has ended keeps the time at which it did; a deleted item's reference is free for others. */
export async function deleteItem(database: Database, edit: ItemEdit): Promise<WorkItem> {
  const parts = [sql`state = 'deleted', ended_at = coalesce(ended_at, now()), unique_reference = null`];
  return editItem(database, edit, { action: EDITS.delete, parts });
}

export async function retryItem(
  database: Database,
  edit: ItemEdit & { readonly reviewer: string; readonly note?: string },
): Promise<WorkItem> {
  checkReview(edit);
  const parts = [
    sql`state = 'retried', is_due = true, postpone_until = null, ended_at = null, spent = 0, application_failures = 0,
        business_failures = 0`,
    reviewParts({ status: "retried", reviewer: edit.reviewer, note: edit.note }),
  ];
  return editItem(database, edit, {
    action: EDITS.retry,
    parts,
    before: (transaction, item) => keepAttempt(transaction, item),
  });
}

export async function reviewItem(
  database: Database,
  edit: ItemEdit & { readonly review: ItemReview },
): Promise<WorkItem> {
  checkReview(edit.review);
  const { status, reviewer, note } = edit.review;
  return editItem(database, edit, { action: EDITS.review, parts: [reviewParts({ status, reviewer, note })] });
}

function reviewParts(review: {
  readonly status: string;
  readonly reviewer: string;
  readonly note: string | undefined;
}): Sql {
  return sql`review = ${review.status}, reviewer = ${review.reviewer}, review_note = ${review.note ?? null}, reviewed_at = now()`;
}

interface Change {
  readonly action: ItemAction;
  /** Assignments of an update. */
  readonly parts: readonly Sql[];
  /** What is to be done with the item as it was. */
  readonly before?: (transaction: Queryable, item: WorkItem) => Promise<void>;
}

/** Changes an item under its lock, if it is in a state and version that allow it. */
async function editItem(database: Database, edit: ItemEdit, { action, parts, before }: Change): Promise<WorkItem> {
  const { tenantId, queueId, itemId } = edit;
  await requireQueue(database, tenantId, queueId);
  return database.withTransaction(async (transaction) => {
    const item = await lockItem(transaction, edit);
    refuseEdit(item, edit.expectedVersion, action);
    await before?.(transaction, item);
    const [row] = await transaction.query<ItemRow>(sql`
      update work_item as i
      set version = i.version + 1, updated_at = now() ${parts.length === 0 ? empty : sql`, ${join(parts, ", ")}`}
      where i.tenant_id = ${tenantId} and i.id = ${itemId}::uuid
      returning ${ITEM_COLUMNS}`);
    if (row === undefined) throw workItemErrors.WORK_ITEM_NOT_FOUND({ itemId });
    return toItem(row);
  });
}

async function lockItem(transaction: Queryable, { tenantId, queueId, itemId }: ItemEdit): Promise<WorkItem> {
  const rows = isId(itemId)
    ? await transaction.query<ItemRow>(sql`
        select ${ITEM_COLUMNS} from work_item i
        where i.tenant_id = ${tenantId} and i.id = ${itemId}::uuid and i.queue_id = ${queueId}::uuid
        for no key update`)
    : [];
  const [row] = rows;
  if (row === undefined) throw workItemErrors.WORK_ITEM_NOT_FOUND({ itemId });
  return toItem(row);
}
