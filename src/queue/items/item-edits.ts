import { workItemErrors } from "./errors.ts";
import type { WorkItem } from "./work-item.ts";

/** Something people do with items, and the states in which they may. */
export interface ItemAction {
  /** What the item is then, for messages. */
  readonly action: string;
  readonly allowed: readonly WorkItem["state"][];
}

/** What people may do with items. */
export const EDITS = {
  update: { action: "changed", allowed: ["new", "retried"] },
  delete: { action: "deleted", allowed: ["new", "retried", "successful", "failed", "abandoned"] },
  retry: { action: "retried", allowed: ["failed", "abandoned"] },
  review: { action: "reviewed", allowed: ["failed", "abandoned"] },
} as const satisfies Record<string, ItemAction>;

/** Files one item may have. */
export const MAX_FILES = 100;

/** Throws WORK_ITEM_CONFLICT or WORK_ITEM_STATE. */
export function refuseEdit(
  { id: itemId, version, state }: Pick<WorkItem, "id" | "version" | "state">,
  expectedVersion: number | undefined,
  { action, allowed }: ItemAction,
): void {
  if (expectedVersion !== undefined && expectedVersion !== version) {
    throw workItemErrors.WORK_ITEM_CONFLICT({ itemId, expectedVersion, version });
  }
  if (!allowed.includes(state)) throw workItemErrors.WORK_ITEM_STATE({ itemId, state, action, allowed });
}

/** What adding a file too many rejects with. */
export function tooManyFiles(): Error {
  return workItemErrors.WORK_ITEM_INVALID({ path: "files", problem: `an item may have ${MAX_FILES} files` });
}
