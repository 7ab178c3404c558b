import type { JsonObject } from "../core/json.ts";
import { nodeErrors } from "./errors.ts";

/** An item that this run holds. */
export interface HeldWorkItem {
  /** A UUID. */
  readonly id: string;
  /** 1-based; of the item. */
  readonly attempt: number;
  readonly priority: number;
  readonly reference?: string;
  readonly data: JsonObject;
  /** ISO 8601. */
  readonly deadline?: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** An item to be added; instants are ISO 8601 with offset. */
export interface NewWorkItem {
  readonly data: JsonObject;
  readonly reference?: string;
  /** 0–100; default the queue's. */
  readonly priority?: number;
  readonly deadline?: string;
  readonly postponeUntil?: string;
}

/** How an attempt at an item ended. */
export type WorkItemEnd =
  | { readonly kind: "successful"; readonly outputs?: JsonObject }
  | {
      readonly kind: "failed";
      readonly exception: {
        readonly type: "application" | "business";
        readonly code: string;
        readonly message: string;
      };
    };

/** What the item is after its attempt: `retried` waits for another one. */
export type SettledState = "successful" | "failed" | "retried";

/**
 * Where the items are: the orchestrator, or a file. Each call is the run's own, fenced by its job; it may be repeated when
 * its outcome is not known. Rejects with WORK_QUEUE_NOT_FOUND, WORK_ITEM_…, QUEUE_LEASE_LOST; when the store is out of reach,
 * after trying again for a while.
 */
export interface WorkItemBackend {
  /** Undefined when nothing is due. */
  take(queue: string, signal: AbortSignal): Promise<HeldWorkItem | undefined>;
  /** @returns the item's id. */
  add(queue: string, item: NewWorkItem, signal: AbortSignal): Promise<string>;
  /** `lost`: the item is others' by now. */
  settle(item: HeldWorkItem, end: WorkItemEnd, signal: AbortSignal): Promise<SettledState | "lost">;
  progress(item: HeldWorkItem, text: string, signal: AbortSignal): Promise<"recorded" | "lost">;
}

/** The work queues as nodes see them. */
export interface WorkItems {
  take(queue: string, signal: AbortSignal): Promise<HeldWorkItem | undefined>;
  add(queue: string, item: NewWorkItem, signal: AbortSignal): Promise<string>;
  /**
   * @param itemId default the item that was taken last. Rejects with NODE_WORK_ITEM_NOT_HELD when this run did not take it
   *   or has ended it, NODE_WORK_ITEM_LOST when it is others' by now.
   */
  settle(
    itemId: string | undefined,
    end: WorkItemEnd,
    signal: AbortSignal,
  ): Promise<{ readonly itemId: string; readonly state: SettledState }>;
  /** As `settle`, without an end. */
  progress(itemId: string | undefined, text: string, signal: AbortSignal): Promise<void>;
}

/** The work queues of one run: remembers which items it holds, so that nodes name them by their id alone, or not at all. */
export function createWorkItems(backend: WorkItemBackend): WorkItems {
  /** In the order in which they were taken. */
  const held = new Map<string, HeldWorkItem>();

  function heldItem(itemId: string | undefined): HeldWorkItem {
    const item = itemId === undefined ? [...held.values()].at(-1) : held.get(itemId);
    if (item === undefined) throw nodeErrors.NODE_WORK_ITEM_NOT_HELD({ itemId });
    return item;
  }

  return {
    async take(queue, signal) {
      const item = await backend.take(queue, signal);
      if (item !== undefined) held.set(item.id, item);
      return item;
    },
    add: (queue, item, signal) => backend.add(queue, item, signal),
    async settle(itemId, end, signal) {
      const item = heldItem(itemId);
      const state = await backend.settle(item, end, signal);
      held.delete(item.id);
      if (state === "lost") throw nodeErrors.NODE_WORK_ITEM_LOST({ itemId: item.id });
      return { itemId: item.id, state };
    },
    async progress(itemId, text, signal) {
      const item = heldItem(itemId);
      if ((await backend.progress(item, text, signal)) === "recorded") return;
      held.delete(item.id);
      throw nodeErrors.NODE_WORK_ITEM_LOST({ itemId: item.id });
    },
  };
}
