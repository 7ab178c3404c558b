import sql from "sql-template-tag";
import { isUniqueViolation, type Queryable } from "../../../database/index.ts";
import { checkTake } from "../accepted-item.ts";
import { workItemErrors } from "../errors.ts";
import { isId } from "../page.ts";
import type { WorkItem } from "../work-item.ts";
import type { TakeRequest } from "../work-item-store.ts";
import { ITEM_COLUMNS, type ItemRow, toItem } from "./item-rows.ts";

/** Postponed items that become due at once with one call. */
const MAX_PROMOTED = 1_000;

/** Gives the most urgent due item to the holder; see `WorkItemStore.takeNext`. */
export async function takeNext(db: Queryable, request: TakeRequest): Promise<WorkItem | undefined> {
  checkTake(request);
  await promote(db, request);
  const known = await findTaken(db, request);
  if (known !== undefined) return known;
  try {
    return await take(db, request);
  } catch (error) {
    // The same request, sent twice, was answered by the other one meanwhile.
    if (!isUniqueViolation(error, "work_item_held")) throw error;
    return findTaken(db, request);
  }
}

/** Puts postponed items whose time has come into the line. Rejects with WORK_QUEUE_NOT_FOUND. */
async function promote(db: Queryable, { tenantId, queueId }: TakeRequest): Promise<void> {
  const rows = isId(queueId)
    ? await db.query<{ has_due: boolean }>(sql`
        select exists (
          select 1 from work_item i
          where i.tenant_id = q.tenant_id and i.queue_id = q.id and i.state in ('new', 'retried') and not i.is_due
            and i.postpone_until <= now()) as has_due
        from work_queue q
        where q.tenant_id = ${tenantId} and q.id = ${queueId}::uuid and q.deleted_at is null`)
    : [];
  const [found] = rows;
  if (found === undefined) throw workItemErrors.WORK_QUEUE_NOT_FOUND({ queue: queueId });
  if (!found.has_due) return;
  await db.query(sql`
    update work_item as i set is_due = true
    from (
      select id from work_item
      where tenant_id = ${tenantId} and queue_id = ${queueId}::uuid and state in ('new', 'retried') and not is_due
        and postpone_until <= now()
      order by postpone_until limit ${MAX_PROMOTED} for no key update skip locked
    ) as due
    where i.tenant_id = ${tenantId} and i.id = due.id`);
}

async function findTaken(db: Queryable, request: TakeRequest): Promise<WorkItem | undefined> {
  const { tenantId, queueId, holder, requestId } = request;
  if (requestId === undefined) return undefined;
  const [row] = await db.query<ItemRow>(sql`
    select ${ITEM_COLUMNS} from work_item i
    where i.tenant_id = ${tenantId} and i.queue_id = ${queueId}::uuid and i.holder_job = ${holder.jobId}::bigint
      and i.holder_attempt = ${holder.attempt} and i.take_key = ${requestId} and i.state = 'in_progress'`);
  return row && toItem(row);
}

/** Rows that others are taking are passed over, so no two callers get the same one and none waits for another. */
async function take(db: Queryable, request: TakeRequest): Promise<WorkItem | undefined> {
  const { tenantId, queueId, holder, requestId } = request;
  const [row] = await db.query<ItemRow>(sql`
    with next as materialized (
      select id from work_item
      where tenant_id = ${tenantId} and queue_id = ${queueId}::uuid and state in ('new', 'retried') and is_due
      order by priority desc, deadline, id
      limit 1 for no key update skip locked
    )
    update work_item as i
    set state = 'in_progress', attempt = i.attempt + 1, version = i.version + 1, holder_job = ${holder.jobId}::bigint,
        holder_attempt = ${holder.attempt}, take_key = ${requestId ?? null}, started_at = clock_timestamp(),
        updated_at = clock_timestamp(), ended_at = null, progress = null, outputs = null, exception = null
    from next
    where i.tenant_id = ${tenantId} and i.id = next.id
    returning ${ITEM_COLUMNS}`);
  return row && toItem(row);
}
