import sql from "sql-template-tag";
import type { Database, Queryable } from "../../../database/index.ts";
import { type AcceptedItem, type JudgedItem, judgeItems, referenceTaken } from "../accepted-item.ts";
import { type ItemProblem, workItemErrors } from "../errors.ts";
import type { AddItemsRequest, AddOutcome } from "../work-item-store.ts";
import type { WorkQueue } from "../work-queue.ts";
import { requireQueue } from "./queue-rows.ts";

/** Adds items to a queue; see `WorkItemStore.addItems`. */
export async function addItems(database: Database, request: AddItemsRequest): Promise<readonly AddOutcome[]> {
  const queue = await requireQueue(database, request.tenantId, request.queueId);
  const judged = judgeItems(queue, request.items);
  if (request.mode === "each") return store(database, queue, judged);
  refuseIfAny(judged.flatMap((one) => (one.kind === "refused" ? [one.problem] : [])));
  return database.withTransaction(async (transaction) => {
    const outcomes = await store(transaction, queue, judged);
    refuseIfAny(outcomes.flatMap((outcome) => (outcome.kind === "refused" ? [outcome.problem] : [])));
    return outcomes;
  });
}

function refuseIfAny(errors: readonly ItemProblem[]): void {
  if (errors.length > 0) throw workItemErrors.WORK_ITEMS_REFUSED({ errors });
}

async function store(db: Queryable, queue: WorkQueue, judged: readonly JudgedItem[]): Promise<readonly AddOutcome[]> {
  const accepted = judged.flatMap((one) => (one.kind === "accepted" ? [one.item] : []));
  const created = await insert(db, queue, accepted);
  const missing = accepted.filter(({ id }) => !created.has(id)).map(({ id }) => id);
  const known = await findKnown(db, queue, missing);
  return judged.map((one, index): AddOutcome => {
    if (one.kind === "refused") return one;
    const { id: itemId } = one.item;
    if (created.has(itemId)) return { kind: "added", itemId, created: true };
    const queueId = known.get(itemId);
    if (queueId === queue.id) return { kind: "added", itemId, created: false };
    if (queueId === undefined) return { kind: "refused", problem: referenceTaken(`items.${index}.reference`) };
    const problem = { path: `items.${index}.id`, message: "names an item of another queue", code: "WORK_ITEM_INVALID" };
    return { kind: "refused", problem };
  });
}

/**
 * What cannot be there twice is left out. In the order of the references, so that two callers who add the same ones wait
 * for each other instead of standing in each other's way.
 *
 * @returns ids of the items that were made.
 */
async function insert(db: Queryable, queue: WorkQueue, items: readonly AcceptedItem[]): Promise<ReadonlySet<string>> {
  if (items.length === 0) return new Set();
  const rows = await db.query<{ id: string }>(sql`
    insert into work_item (
      tenant_id, id, queue_id, state, is_due, priority, reference, unique_reference, data, deadline, postpone_until)
    select ${queue.tenantId}, new.id, ${queue.id}::uuid, 'new', coalesce(new.postpone_until <= now(), true), new.priority,
           new.reference, case when ${queue.uniqueReference} then new.reference end, new.data::json, new.deadline,
           new.postpone_until
    from unnest(
      ${items.map(({ id }) => id)}::uuid[], ${items.map(({ priority }) => priority)}::smallint[],
      ${items.map(({ reference }) => reference ?? null)}::text[], ${items.map(({ dataText }) => dataText)}::text[],
      ${items.map(({ deadline }) => deadline ?? null)}::timestamptz[],
      ${items.map(({ postponeUntil }) => postponeUntil ?? null)}::timestamptz[]
    ) as new (id, priority, reference, data, deadline, postpone_until)
    order by new.reference, new.id
    on conflict do nothing
    returning id`);
  return new Set(rows.map(({ id }) => id));
}

/** Queues of the items that exist under these ids. */
async function findKnown(
  db: Queryable,
  { tenantId }: WorkQueue,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db.query<{ id: string; queue_id: string }>(sql`
    select id, queue_id from work_item where tenant_id = ${tenantId} and id = any(${ids}::uuid[])`);
  return new Map(rows.map((row) => [row.id, row.queue_id]));
}
