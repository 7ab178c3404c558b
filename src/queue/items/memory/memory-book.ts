import type { TenantId } from "../../../core/ids.ts";
import type { JsonObject } from "../../../core/json.ts";
import { workItemErrors } from "../errors.ts";
import type { ItemHistory } from "../retry-rule.ts";
import type { WorkItem, WorkItemAttempt, WorkItemFile } from "../work-item.ts";
import type { OpenStart } from "../work-item-store.ts";
import type { WorkQueue } from "../work-queue.ts";

/** An item in memory. `item` is replaced with every change and never changed itself, so it may be handed out. */
export interface MemoryItem {
  item: WorkItem;
  history: ItemHistory;
  /** Attempts before the one that stands in the item. */
  former: readonly WorkItemAttempt[];
  takeKey: string | undefined;
  files: readonly WorkItemFile[];
}

/** A queue in memory with what its start rule has decided. */
export interface MemoryQueue {
  queue: WorkQueue;
  nextStart: number;
  starts: readonly OpenStart[];
}

/** Queues and items of one tenant. */
export interface MemoryTenant {
  readonly queues: Map<string, MemoryQueue>;
  readonly items: Map<string, MemoryItem>;
}

/** The tenant's queue. Throws WORK_QUEUE_NOT_FOUND. */
export function queueOf(tenant: MemoryTenant, queueId: string): MemoryQueue {
  const found = tenant.queues.get(queueId);
  if (found === undefined) throw workItemErrors.WORK_QUEUE_NOT_FOUND({ queue: queueId });
  return found;
}

/** The item, if it lies in that queue. */
export function findItem(tenant: MemoryTenant, queueId: string, itemId: string): MemoryItem | undefined {
  const found = tenant.items.get(itemId);
  return found?.item.queueId === queueId ? found : undefined;
}

/** Items of a queue in the order in which they were added. */
export function itemsOf(tenant: MemoryTenant, queueId: string): readonly MemoryItem[] {
  return [...tenant.items.values()].filter(({ item }) => item.queueId === queueId);
}

/** Waits, and may be taken at this instant. */
export function isDue({ state, postponeUntil }: WorkItem, now: Date): boolean {
  return isWaiting(state) && (postponeUntil === undefined || postponeUntil <= now);
}

export function isWaiting(state: WorkItem["state"]): boolean {
  return state === "new" || state === "retried";
}

/** Before 0: `a` is the more urgent one. By priority, then deadline, then age. */
export function compareUrgency(a: WorkItem, b: WorkItem): number {
  return (
    b.priority - a.priority ||
    (a.deadline?.getTime() ?? Infinity) - (b.deadline?.getTime() ?? Infinity) ||
    (a.id < b.id ? -1 : 1)
  );
}

/** Replaces parts of an item; a part that is undefined is taken away. */
export function change(
  entry: MemoryItem,
  parts: { readonly [K in keyof WorkItem]?: WorkItem[K] | undefined },
  now: Date,
): WorkItem {
  const merged = { ...entry.item, ...parts, version: entry.item.version + 1, updatedAt: now };
  entry.item = Object.fromEntries(
    Object.entries(merged).filter(([, value]) => value !== undefined),
  ) as unknown as WorkItem;
  return entry.item;
}

export function parseObject(text: string): JsonObject {
  return JSON.parse(text) as JsonObject;
}

export type Tenants = Map<TenantId, MemoryTenant>;
