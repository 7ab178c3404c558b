import sql, { empty, join, type Sql } from "sql-template-tag";
import type { TenantId } from "../../../core/ids.ts";
import type { Queryable } from "../../../database/index.ts";
import { checkItemFilter } from "../accepted-item.ts";
import { isId, readItemPage, toItemPage } from "../page.ts";
import { presentAttempt } from "../present-attempt.ts";
import { WORK_ITEM_STATES, type WorkItem, type WorkItemAttempt } from "../work-item.ts";
import type { ItemFilter, ItemPage, ListItemsRequest } from "../work-item-store.ts";
import type { WorkQueueStats } from "../work-queue.ts";
import { type AttemptRow, ITEM_COLUMNS, type ItemRow, toAttempt, toItem } from "./item-rows.ts";
import { requireQueue } from "./queue-rows.ts";

export async function selectItem(db: Queryable, tenantId: TenantId, itemId: string): Promise<WorkItem | undefined> {
  if (!isId(itemId)) return undefined;
  const [row] = await db.query<ItemRow>(sql`
    select ${ITEM_COLUMNS} from work_item i where i.tenant_id = ${tenantId} and i.id = ${itemId}::uuid`);
  return row && toItem(row);
}

export async function listItems(db: Queryable, request: ListItemsRequest): Promise<ItemPage<WorkItem>> {
  const { tenantId, queueId, filter, page } = request;
  checkItemFilter(filter);
  const before = readItemPage(page);
  await requireQueue(db, tenantId, queueId);
  const conditions = conditionsOf(filter);
  const rows = await db.query<ItemRow>(sql`
    select ${ITEM_COLUMNS} from work_item i
    where i.tenant_id = ${tenantId} and i.queue_id = ${queueId}::uuid
      ${before === undefined ? empty : sql`and i.id < ${before}::uuid`} ${join([empty, ...conditions], " and ")}
    order by i.id desc limit ${page.limit + 1}`);
  return toItemPage(rows.map(toItem), page.limit);
}

function conditionsOf(filter: ItemFilter): readonly Sql[] {
  const conditions: Sql[] = [];
  if (filter.states !== undefined) conditions.push(sql`i.state = any(${[...filter.states]}::text[])`);
  if (filter.reference !== undefined) conditions.push(sql`i.reference = ${filter.reference}`);
  if (filter.review !== undefined) conditions.push(sql`i.review = ${filter.review}`);
  if (filter.exceptionType !== undefined) conditions.push(sql`i.exception ->> 'type' = ${filter.exceptionType}`);
  if (filter.createdFrom !== undefined) conditions.push(sql`i.created_at >= ${filter.createdFrom}::timestamptz`);
  if (filter.createdTo !== undefined) conditions.push(sql`i.created_at < ${filter.createdTo}::timestamptz`);
  return conditions;
}

/** Oldest first; the newest stands in the item itself. */
export async function listItemAttempts(
  db: Queryable,
  tenantId: TenantId,
  itemId: string,
): Promise<readonly WorkItemAttempt[]> {
  const item = await selectItem(db, tenantId, itemId);
  if (item === undefined) return [];
  const rows = await db.query<AttemptRow>(sql`
    select attempt, outcome, holder_job::text, holder_attempt, started_at, ended_at, progress, exception
    from work_item_attempt
    where tenant_id = ${tenantId} and item_id = ${itemId}::uuid
    order by attempt`);
  const former = rows.map(toAttempt);
  const present = presentAttempt(item, former.at(-1)?.attempt);
  return present === undefined ? former : [...former, present];
}

interface StatsRow {
  readonly counts: Readonly<Record<string, number>> | null;
  readonly due: string;
  readonly postponed: string;
  readonly average_handling_ms: number | null;
  readonly oldest_new_ms: number | null;
  readonly missed_open: string;
  readonly missed_ended: string;
}

/** Figures of a queue. Each comes from an index of its own; the counts read the whole queue's part of one. */
export async function readItemStats(
  db: Queryable,
  at: { readonly tenantId: TenantId; readonly queueId: string },
  since: Date,
): Promise<WorkQueueStats> {
  const { tenantId, queueId } = at;
  await requireQueue(db, tenantId, queueId);
  const own = sql`tenant_id = ${tenantId} and queue_id = ${queueId}::uuid`;
  const ended = sql`${own} and ended_at is not null and ended_at >= ${since}::timestamptz`;
  const [row] = await db.query<StatsRow>(sql`
    select
      (select json_object_agg(state, n) from (
        select state, count(*)::int as n from work_item where ${own} group by state) as each) as counts,
      (select count(*) from work_item where ${own} and state in ('new', 'retried')
        and (is_due or postpone_until <= now())) as due,
      (select count(*) from work_item where ${own} and state in ('new', 'retried')
        and not is_due and postpone_until > now()) as postponed,
      (select (avg(extract(epoch from ended_at - started_at)) * 1000)::float8 from work_item
        where ${ended} and state = 'successful') as average_handling_ms,
      (select (extract(epoch from clock_timestamp() - created_at) * 1000)::float8 from work_item
        where ${own} and state = 'new' order by id limit 1) as oldest_new_ms,
      (select count(*) from work_item where ${own} and state in ('new', 'retried', 'in_progress')
        and deadline < now()) as missed_open,
      (select count(*) from work_item where ${ended} and state <> 'deleted' and deadline < ended_at) as missed_ended`);
  const counts = row?.counts ?? {};
  return {
    counts: Object.fromEntries(
      WORK_ITEM_STATES.map((state) => [state, counts[state] ?? 0]),
    ) as WorkQueueStats["counts"],
    due: Number(row?.due ?? 0),
    postponed: Number(row?.postponed ?? 0),
    ...(typeof row?.average_handling_ms === "number" && { averageHandlingMs: row.average_handling_ms }),
    ...(typeof row?.oldest_new_ms === "number" && { oldestNewMs: Math.max(0, row.oldest_new_ms) }),
    deadlineMisses: Number(row?.missed_open ?? 0) + Number(row?.missed_ended ?? 0),
    since,
  };
}
