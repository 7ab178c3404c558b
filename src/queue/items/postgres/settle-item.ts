import sql from "sql-template-tag";
import type { TenantId } from "../../../core/ids.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { Database, Queryable } from "../../../database/index.ts";
import { abandonment, encodeOutputs, isJobId, storableException, storableProgress } from "../accepted-item.ts";
import { isId } from "../page.ts";
import { decideAfterAbandonment, decideAfterException, type ItemVerdict } from "../retry-rule.ts";
import type { ItemHolder, ItemLease, WorkItemException, WorkItemState } from "../work-item.ts";
import type { AbandonedItem, ItemSettlement } from "../work-item-store.ts";
import { ITEM_COLUMNS, type ItemRow, toItem } from "./item-rows.ts";
import { keepAttempt } from "./keep-attempt.ts";
import { RETRY_COLUMNS, type RetryRow, toRetryRules } from "./queue-rows.ts";

type HeldRow = ItemRow & RetryRow;

/** Every write of a holder has this in its `where`. */
const heldBy = (lease: ItemLease) => sql`
  i.tenant_id = ${lease.tenantId} and i.id = ${lease.itemId}::uuid and i.state = 'in_progress'
  and i.attempt = ${lease.attempt} and i.holder_job = ${lease.holder.jobId}::bigint
  and i.holder_attempt = ${lease.holder.attempt}`;

const canHold = ({ itemId, holder }: ItemLease): boolean => isId(itemId) && isJobId(holder.jobId);

export async function setProgress(db: Queryable, lease: ItemLease, progress: string): Promise<"recorded" | "lost"> {
  if (!canHold(lease)) return "lost";
  const rows = await db.query(sql`
    update work_item as i set progress = ${storableProgress(progress)}, version = i.version + 1, updated_at = now()
    where ${heldBy(lease)}
    returning 1`);
  return rows.length > 0 ? "recorded" : "lost";
}

export async function completeItem(
  db: Queryable,
  lease: ItemLease,
  outputs: JsonObject | undefined,
): Promise<ItemSettlement> {
  const text = encodeOutputs(outputs);
  if (!canHold(lease)) return { kind: "lost" };
  const [row] = await db.query<{ queue_id: string }>(sql`
    update work_item as i
    set state = 'successful', ended_at = clock_timestamp(), updated_at = clock_timestamp(), version = i.version + 1,
        outputs = ${text ?? null}::json, spent = i.spent + 1
    where ${heldBy(lease)}
    returning i.queue_id`);
  if (row === undefined) return formerSettlement(db, lease, "successful");
  return { kind: "recorded", queueId: row.queue_id, state: "successful" };
}

export async function failItem(database: Database, lease: ItemLease, told: WorkItemException): Promise<ItemSettlement> {
  if (!canHold(lease)) return { kind: "lost" };
  const exception = storableException(told);
  const settled = await database.withTransaction(async (transaction): Promise<ItemSettlement | undefined> => {
    const [row] = await transaction.query<HeldRow>(sql`
      select ${ITEM_COLUMNS}, ${RETRY_COLUMNS}
      from work_item i join work_queue q on q.tenant_id = i.tenant_id and q.id = i.queue_id
      where ${heldBy(lease)}
      for no key update of i`);
    if (row === undefined) return undefined;
    const verdict = decideAfterException(toRetryRules(row), historyOf(row), exception.type);
    await settle(transaction, row, { verdict, outcome: "failed", exception });
    return { kind: "recorded", queueId: row.queue_id, state: verdict.kind === "retry" ? "retried" : "failed" };
  });
  return settled ?? formerSettlement(database, lease, "failed");
}

/** Takes from a holder what it still holds; see `WorkItemStore.endHolder`. */
export async function endHolder(
  database: Database,
  tenantId: TenantId,
  holder: ItemHolder,
): Promise<readonly AbandonedItem[]> {
  if (!isJobId(holder.jobId)) return [];
  const ofHolder = sql`i.tenant_id = ${tenantId} and i.holder_job = ${holder.jobId}::bigint
    and i.holder_attempt = ${holder.attempt} and i.state = 'in_progress'`;
  // Nearly every job holds none: they are not worth a transaction.
  const held = await database.query(sql`select 1 from work_item i where ${ofHolder} limit 1`);
  if (held.length === 0) return [];
  const exception = abandonment(holder);
  return database.withTransaction(async (transaction) => {
    const rows = await transaction.query<HeldRow>(sql`
      select ${ITEM_COLUMNS}, ${RETRY_COLUMNS}
      from work_item i join work_queue q on q.tenant_id = i.tenant_id and q.id = i.queue_id
      where ${ofHolder}
      order by i.id
      for no key update of i`);
    const abandoned: AbandonedItem[] = [];
    for (const row of rows) {
      const verdict = decideAfterAbandonment(toRetryRules(row), historyOf(row));
      await settle(transaction, row, { verdict, outcome: "abandoned", exception });
      const state = verdict.kind === "retry" ? "retried" : "abandoned";
      abandoned.push({ itemId: row.id, queueId: row.queue_id, state });
    }
    return abandoned;
  });
}

interface End {
  readonly verdict: ItemVerdict;
  readonly outcome: "failed" | "abandoned";
  readonly exception: WorkItemException;
}

async function settle(transaction: Queryable, row: HeldRow, { verdict, outcome, exception }: End): Promise<void> {
  const isBusiness = exception.type === "business";
  const counted = sql`
    spent = i.spent + 1, business_failures = i.business_failures + ${isBusiness ? 1 : 0},
    application_failures = i.application_failures + ${isBusiness ? 0 : 1},
    exception = ${JSON.stringify(exception)}::json, version = i.version + 1, updated_at = now()`;
  const key = sql`i.tenant_id = ${row.tenant_id} and i.id = ${row.id}::uuid`;
  if (verdict.kind === "end") {
    await transaction.query(sql`
      update work_item as i set state = ${verdict.state}, ended_at = now(), ${counted} where ${key}`);
    return;
  }
  await keepAttempt(transaction, toItem(row), { outcome, exception });
  await transaction.query(sql`
    update work_item as i
    set state = 'retried', is_due = ${verdict.delayMs === 0},
        postpone_until = now() + ${verdict.delayMs}::bigint * interval '1 millisecond', ${counted}
    where ${key}`);
}

function historyOf(row: HeldRow) {
  return { applicationFailures: row.application_failures, businessFailures: row.business_failures, spent: row.spent };
}

interface FormerRow {
  readonly attempt: number;
  readonly state: WorkItemState;
  readonly is_own: boolean;
  readonly former_outcome: string | null;
}

/** What a lease that does not hold its item any more had said before. */
async function formerSettlement(
  db: Queryable,
  lease: ItemLease,
  said: "successful" | "failed",
): Promise<ItemSettlement> {
  const { tenantId, itemId, attempt, holder } = lease;
  const [row] = await db.query<FormerRow>(sql`
    select i.attempt, i.state,
      coalesce(i.holder_job = ${holder.jobId}::bigint and i.holder_attempt = ${holder.attempt}, false) as is_own,
      (select a.outcome from work_item_attempt a
        where a.tenant_id = i.tenant_id and a.item_id = i.id and a.attempt = ${attempt}
          and a.holder_job = ${holder.jobId}::bigint and a.holder_attempt = ${holder.attempt}) as former_outcome
    from work_item i
    where i.tenant_id = ${tenantId} and i.id = ${itemId}::uuid`);
  if (row === undefined) return { kind: "lost" };
  if (row.former_outcome !== null) {
    return row.former_outcome === said ? { kind: "duplicate", state: "retried" } : { kind: "lost" };
  }
  const hasSaid = row.is_own && row.attempt === attempt && row.state === said;
  return hasSaid ? { kind: "duplicate", state: said } : { kind: "lost" };
}
