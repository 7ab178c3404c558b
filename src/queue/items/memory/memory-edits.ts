import { type AcceptedChange, type AcceptedItem, acceptChange, referenceTaken } from "../accepted-item.ts";
import { workItemErrors } from "../errors.ts";
import { type ItemAction, refuseEdit } from "../item-edits.ts";
import type { WorkItem, WorkItemChange } from "../work-item.ts";
import type { AddOutcome, ItemEdit, ItemFilter } from "../work-item-store.ts";
import type { WorkQueue } from "../work-queue.ts";
import { change, findItem, itemsOf, type MemoryItem, type MemoryTenant, parseObject, queueOf } from "./memory-book.ts";

/** References that no further item of the queue may have; empty where they need not be unique. */
export function takenReferences(tenant: MemoryTenant, queue: WorkQueue): Set<string> {
  if (!queue.uniqueReference) return new Set();
  const items = itemsOf(tenant, queue.id).filter(({ item }) => item.state !== "deleted");
  return new Set(items.flatMap(({ item }) => item.reference ?? []));
}

/** Adds one item that was checked. @param at.taken references that are taken; the item's is added to it. */
export function addItem(
  tenant: MemoryTenant,
  queue: WorkQueue,
  at: { readonly item: AcceptedItem; readonly index: number; readonly now: Date; readonly taken: Set<string> },
): AddOutcome {
  const { item, index, now, taken } = at;
  const known = tenant.items.get(item.id);
  if (known?.item.queueId === queue.id) return { kind: "added", itemId: item.id, created: false };
  if (known !== undefined) {
    const message = "names an item of another queue";
    return { kind: "refused", problem: { path: `items.${index}.id`, message, code: "WORK_ITEM_INVALID" } };
  }
  if (item.reference !== undefined && taken.has(item.reference)) {
    return { kind: "refused", problem: referenceTaken(`items.${index}.reference`) };
  }
  if (queue.uniqueReference && item.reference !== undefined) taken.add(item.reference);
  const { id, dataText, ...rest } = item;
  tenant.items.set(id, {
    item: {
      ...rest,
      id,
      tenantId: queue.tenantId,
      queueId: queue.id,
      version: 1,
      state: "new",
      data: parseObject(dataText),
      attempt: 0,
      createdAt: now,
      updatedAt: now,
      review: { status: "none" },
    },
    history: { applicationFailures: 0, businessFailures: 0, spent: 0 },
    former: [],
    takeKey: undefined,
    files: [],
  });
  return { kind: "added", itemId: id, created: true };
}

/** The item that a person wants to change. Throws WORK_ITEM_NOT_FOUND, WORK_ITEM_CONFLICT, WORK_ITEM_STATE. */
export function itemToEdit(
  tenant: MemoryTenant,
  { queueId, itemId, expectedVersion }: ItemEdit,
  wanted: ItemAction,
): MemoryItem {
  queueOf(tenant, queueId);
  const entry = findItem(tenant, queueId, itemId);
  if (entry === undefined) throw workItemErrors.WORK_ITEM_NOT_FOUND({ itemId });
  refuseEdit(entry.item, expectedVersion, wanted);
  return entry;
}

/** Applies a change to a waiting item. Throws WORK_ITEM_REFERENCE_TAKEN and WORK_ITEM_INVALID. */
export function updateWaiting(
  tenant: MemoryTenant,
  entry: MemoryItem,
  edit: { readonly change: WorkItemChange; readonly now: Date },
): WorkItem {
  const { queue } = queueOf(tenant, entry.item.queueId);
  const accepted = acceptChange(queue, edit.change);
  const { reference } = accepted;
  const isNew = typeof reference === "string" && reference !== entry.item.reference;
  if (isNew && takenReferences(tenant, queue).has(reference)) {
    throw workItemErrors.WORK_ITEM_REFERENCE_TAKEN({ path: "reference" });
  }
  return change(entry, partsOf(accepted), edit.now);
}

function partsOf({ dataText, ...rest }: AcceptedChange) {
  const parts = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, value ?? undefined]));
  return { ...parts, ...(dataText !== undefined && { data: parseObject(dataText) }) };
}

export function matchesFilter(item: WorkItem, filter: ItemFilter): boolean {
  return (
    (filter.states === undefined || filter.states.includes(item.state)) &&
    (filter.reference === undefined || filter.reference === item.reference) &&
    (filter.review === undefined || filter.review === item.review.status) &&
    (filter.exceptionType === undefined || filter.exceptionType === item.exception?.type) &&
    (filter.createdFrom === undefined || item.createdAt >= filter.createdFrom) &&
    (filter.createdTo === undefined || item.createdAt < filter.createdTo)
  );
}
