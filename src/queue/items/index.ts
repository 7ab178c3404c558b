/** Work queues: items that jobs take one by one, with retries, reviews and rules that start jobs. Start at README.md. */
export { addOneItem } from "./add-one.ts";
export type { ItemProblem } from "./errors.ts";
export { workItemErrors } from "./errors.ts";
export type { ItemSchema } from "./item-schema.ts";
export { compileItemSchema } from "./item-schema.ts";
export { MemoryWorkItemStore } from "./memory-work-item-store.ts";
export { createPostgresWorkItemStore } from "./postgres-work-item-store.ts";
export type { ItemHistory, ItemVerdict } from "./retry-rule.ts";
export { decideAfterAbandonment, decideAfterException } from "./retry-rule.ts";
export type { WorkItemsDocument } from "./snapshot.ts";
export { workItemsDocument } from "./snapshot.ts";
export { jobsToStart } from "./start-rule.ts";
export type {
  ExceptionType,
  ItemHolder,
  ItemLease,
  ReviewStatus,
  WorkItem,
  WorkItemAttempt,
  WorkItemChange,
  WorkItemDraft,
  WorkItemException,
  WorkItemFile,
  WorkItemState,
} from "./work-item.ts";
export { REVIEW_STATUSES, WORK_ITEM_STATES } from "./work-item.ts";
export type {
  AbandonedItem,
  AddItemsRequest,
  AddOutcome,
  ItemEdit,
  ItemFilter,
  ItemPage,
  ItemPageRequest,
  ItemReview,
  ItemSettlement,
  ListItemsRequest,
  OpenStart,
  PlannedStarts,
  StartId,
  TakeRequest,
  TenantHolder,
  WorkItemStore,
  WorkQueueEdit,
} from "./work-item-store.ts";
export type {
  RetryRule,
  RetryRules,
  StartRule,
  WorkQueue,
  WorkQueueDraft,
  WorkQueueStats,
} from "./work-queue.ts";
export { DEFAULT_ITEM_RETRY } from "./work-queue.ts";
