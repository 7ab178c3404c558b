import { defineErrors } from "../../core/errors.ts";

/** One thing that is wrong with a list of items: where it is, what it is, and the code it would have alone. */
export interface ItemProblem {
  /** `items.3.reference`, `items.0.data.amount`. */
  readonly path: string;
  readonly message: string;
  readonly code: string;
}

/** Everything that work queues and their items reject with; WORK_ITEM_ABANDONED stands in items as their exception. */
export const workItemErrors = defineErrors({
  WORK_QUEUE_NOT_FOUND: {
    status: 404,
    message: (d: { queue: string }) => `Work queue ${d.queue} does not exist in this tenant; create it first`,
  },
  WORK_QUEUE_NAME_TAKEN: {
    status: 409,
    message: (d: { name: string }) => `There is a work queue named ${d.name} already; choose another name`,
  },
  WORK_QUEUE_CONFLICT: {
    status: 412,
    message: (d: { queue: string; expectedVersion: number; version: number }) =>
      `Work queue ${d.queue} is at version ${d.version}, not ${d.expectedVersion}; read it again and apply the change to that`,
  },
  WORK_QUEUE_IN_USE: {
    status: 409,
    message: (d: { queue: string }) =>
      `Jobs are working on items of work queue ${d.queue}; let them end, or cancel them, and delete it then`,
  },
  WORK_QUEUE_INVALID: {
    status: 422,
    message: (d: { path: string; problem: string }) => `${d.path}: ${d.problem}`,
  },
  WORK_ITEM_NOT_FOUND: {
    status: 404,
    message: (d: { itemId: string }) => `Work item ${d.itemId} does not exist in this work queue`,
  },
  WORK_ITEM_CONFLICT: {
    status: 412,
    message: (d: { itemId: string; expectedVersion: number; version: number }) =>
      `Work item ${d.itemId} is at version ${d.version}, not ${d.expectedVersion}; read it again and apply the change to that`,
  },
  WORK_ITEM_INVALID: {
    status: 422,
    message: (d: { path: string; problem: string }) => `${d.path}: ${d.problem}`,
  },
  WORK_ITEMS_REFUSED: {
    status: 422,
    message: (d: { errors: readonly ItemProblem[] }) =>
      `None of the items was added, because some cannot be: ${d.errors[0]?.path ?? ""} ${d.errors[0]?.message ?? ""}`,
  },
  WORK_ITEM_REFERENCE_TAKEN: {
    status: 409,
    message: (d: { path: string }) =>
      `${d.path}: an item with this reference is in the queue already, and its references are unique`,
  },
  WORK_ITEM_STATE: {
    status: 409,
    message: (d: { itemId: string; state: string; action: string; allowed: readonly string[] }) =>
      `Work item ${d.itemId} is ${d.state}; only one that is ${d.allowed.join(" or ")} can be ${d.action}`,
  },
  WORK_ITEM_ABANDONED: {
    status: 409,
    message: (d: { jobId: string; attempt: number }) =>
      `Attempt ${d.attempt} at job ${d.jobId} ended without saying what became of the item`,
  },
});
