import type { TenantId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ItemProblem } from "./errors.ts";
import type {
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
import type { StartRule, WorkQueue, WorkQueueDraft, WorkQueueStats } from "./work-queue.ts";

/**
 * Work queues and their items: storage and rules.
 *
 * Time is the store's own (the database's, or the clock given to the store in memory). Whether a holder's job still runs is
 * not known here: the caller checks its lease before and reports its end with `endHolder`.
 *
 * Methods that name a queue reject with WORK_QUEUE_NOT_FOUND, those that name an item with WORK_ITEM_NOT_FOUND, bad input
 * with WORK_QUEUE_INVALID or WORK_ITEM_INVALID, and with a `retryable` error when the store is out of reach. Outcomes that a
 * caller must expect are return values.
 */
export interface WorkItemStore {
  /** Rejects with WORK_QUEUE_NAME_TAKEN. */
  createQueue(tenantId: TenantId, draft: WorkQueueDraft): Promise<WorkQueue>;
  /**
   * Replaces all settings; the schema and the default priority count for items that are added from now on.
   * Rejects with WORK_QUEUE_NAME_TAKEN, and with WORK_QUEUE_CONFLICT when `expectedVersion` is not the queue's any more.
   */
  updateQueue(tenantId: TenantId, queueId: string, edit: WorkQueueEdit): Promise<WorkQueue>;
  /** @param queue id or name. */
  findQueue(tenantId: TenantId, queue: string): Promise<WorkQueue | undefined>;
  /** Newest first. */
  listQueues(tenantId: TenantId, page: ItemPageRequest): Promise<ItemPage<WorkQueue>>;
  /** Hides it with all its items, which are deleted later. Rejects with WORK_QUEUE_IN_USE and WORK_QUEUE_CONFLICT. */
  deleteQueue(tenantId: TenantId, queueId: string, expectedVersion?: number): Promise<void>;
  /** @param since start of the time in which ended items count. */
  stats(tenantId: TenantId, queueId: string, since: Date): Promise<WorkQueueStats>;

  /**
   * Adds up to 10 000 items. `all`: all or none, rejects with WORK_ITEMS_REFUSED naming what is wrong with which; `each`:
   * those that can be, and says of each what became of it.
   */
  addItems(request: AddItemsRequest): Promise<readonly AddOutcome[]>;
  getItem(tenantId: TenantId, queueId: string, itemId: string): Promise<WorkItem | undefined>;
  /** Newest first. */
  listItems(request: ListItemsRequest): Promise<ItemPage<WorkItem>>;
  /** Oldest first. */
  attempts(tenantId: TenantId, itemId: string): Promise<readonly WorkItemAttempt[]>;
  /** Of a waiting item. Rejects with WORK_ITEM_STATE, WORK_ITEM_CONFLICT, WORK_ITEM_REFERENCE_TAKEN. */
  updateItem(edit: ItemEdit & { readonly change: WorkItemChange }): Promise<WorkItem>;
  /** Of any item that no job holds. Rejects with WORK_ITEM_STATE, WORK_ITEM_CONFLICT. */
  deleteItem(edit: ItemEdit): Promise<WorkItem>;
  /** Sends a failed or abandoned item back into the line, with all its retries. Rejects with WORK_ITEM_STATE. */
  retryItem(edit: ItemEdit & { readonly reviewer: string; readonly note?: string }): Promise<WorkItem>;
  /** Of a failed or abandoned item. Rejects with WORK_ITEM_STATE. `retried` comes from `retryItem` alone. */
  reviewItem(edit: ItemEdit & { readonly review: ItemReview }): Promise<WorkItem>;

  /** The same name again replaces the file. Rejects with WORK_ITEM_INVALID beyond 100 files. */
  addFile(tenantId: TenantId, itemId: string, file: Omit<WorkItemFile, "id" | "createdAt">): Promise<WorkItemFile>;
  /** By name. */
  listFiles(tenantId: TenantId, itemId: string): Promise<readonly WorkItemFile[]>;
  /** False when there is none. */
  removeFile(tenantId: TenantId, itemId: string, fileId: string): Promise<boolean>;

  /**
   * Gives the most urgent due item to the holder: by priority, then deadline, then age. No two callers get the same one;
   * undefined when nothing is due.
   */
  takeNext(request: TakeRequest): Promise<WorkItem | undefined>;
  /** Notes what the attempt is at; at most 500 characters are kept. */
  setProgress(lease: ItemLease, progress: string): Promise<"recorded" | "lost">;
  /** Ends the attempt as a success. */
  complete(lease: ItemLease, outputs?: JsonObject): Promise<ItemSettlement>;
  /** Ends the attempt with an exception; the queue's retry rules decide whether the item waits for another one. */
  fail(lease: ItemLease, exception: WorkItemException): Promise<ItemSettlement>;

  /** Takes from a holder what it still holds: its attempt at the job has ended. By the rules of application exceptions. */
  endHolder(tenantId: TenantId, holder: ItemHolder): Promise<readonly AbandonedItem[]>;
  /** Holders of items, at most 1 000, in a stable order. @param after the last one of the list before. */
  holders(after?: TenantHolder): Promise<readonly TenantHolder[]>;
  /** Deletes items whose retention has passed and those of deleted queues, at most `limit`. @returns how many. */
  prune(limit: number): Promise<number>;

  /** Queues with a start rule, of all tenants. */
  startingQueues(): Promise<readonly { readonly tenantId: TenantId; readonly queueId: string }[]>;
  /** Decides by the queue's start rule how many jobs to start now, and writes that down; [] when none, or without a rule. */
  planStarts(tenantId: TenantId, queueId: string): Promise<PlannedStarts | undefined>;
  /** The job of a start is known. */
  recordStart(start: StartId, jobId: string): Promise<void>;
  /** The start was not carried out, or its job has ended. */
  forgetStart(start: StartId): Promise<void>;
  /** Starts that are not forgotten. */
  openStarts(tenantId: TenantId, queueId: string): Promise<readonly OpenStart[]>;
  /** The start that made a job; undefined for jobs that were started in other ways. */
  startOf(tenantId: TenantId, jobId: string): Promise<StartId | undefined>;
}

/** New settings of a queue. */
export interface WorkQueueEdit {
  readonly draft: WorkQueueDraft;
  readonly expectedVersion?: number;
}

/** Which part of a list. */
export interface ItemPageRequest {
  /** 1–250. */
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/** Part of a list; no `nextCursor`: it was the last. */
export interface ItemPage<T> {
  readonly data: readonly T[];
  readonly nextCursor?: string;
}

/** Items to be added to one queue. */
export interface AddItemsRequest {
  readonly tenantId: TenantId;
  readonly queueId: string;
  readonly items: readonly WorkItemDraft[];
  readonly mode: "all" | "each";
}

/** What became of one item, in the order of the request. `created` is false for an item that was there under this id. */
export type AddOutcome =
  | { readonly kind: "added"; readonly itemId: string; readonly created: boolean }
  | { readonly kind: "refused"; readonly problem: ItemProblem };

/** Which items; all that is given must fit. `createdFrom` is included, `createdTo` is not. */
export interface ItemFilter {
  readonly states?: readonly WorkItemState[];
  readonly reference?: string;
  readonly review?: ReviewStatus;
  readonly exceptionType?: ExceptionType;
  readonly createdFrom?: Date;
  readonly createdTo?: Date;
}

/** A page of the items of one queue. */
export interface ListItemsRequest {
  readonly tenantId: TenantId;
  readonly queueId: string;
  readonly filter: ItemFilter;
  readonly page: ItemPageRequest;
}

/** Which item a person changes, and in which version they saw it. */
export interface ItemEdit {
  readonly tenantId: TenantId;
  readonly queueId: string;
  readonly itemId: string;
  readonly expectedVersion?: number;
}

/** What a person says of an item. */
export interface ItemReview {
  readonly status: Exclude<ReviewStatus, "retried">;
  /** Who says so, 1–200 characters. */
  readonly reviewer: string;
  /** At most 2 000 characters. */
  readonly note?: string;
}

/** Who wants an item of which queue. */
export interface TakeRequest {
  readonly tenantId: TenantId;
  readonly queueId: string;
  readonly holder: ItemHolder;
  /** The same holder asking again with the same id gets the same item, as long as it holds it. 1–64 characters. */
  readonly requestId?: string;
}

/**
 * `recorded`: this call did it, and the item is in that state now. `duplicate`: the same lease had already said so. `lost`:
 * the lease does not hold the item any more.
 */
export type ItemSettlement =
  | {
      readonly kind: "recorded";
      readonly queueId: string;
      readonly state: Extract<WorkItemState, "successful" | "failed" | "retried">;
    }
  | { readonly kind: "duplicate"; readonly state: Extract<WorkItemState, "successful" | "failed" | "retried"> }
  | { readonly kind: "lost" };

/** An item that its holder left behind, and what it is now. */
export interface AbandonedItem {
  readonly itemId: string;
  readonly queueId: string;
  readonly state: Extract<WorkItemState, "abandoned" | "retried">;
}

/** A holder and whose data it works on. */
export interface TenantHolder extends ItemHolder {
  readonly tenantId: TenantId;
}

/** Names one start of one job by a start rule; `number` counts within the queue and is never used again. */
export interface StartId {
  readonly tenantId: TenantId;
  readonly queueId: string;
  readonly number: number;
}

/** Jobs that are to be started now. */
export interface PlannedStarts {
  readonly rule: StartRule;
  readonly starts: readonly StartId[];
}

/** A start that was decided; without a job it is not known whether it was carried out. */
export interface OpenStart extends StartId {
  readonly jobId?: string;
  readonly plannedAt: Date;
}
