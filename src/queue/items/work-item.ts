import type { TenantId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";

/**
 * `new`: waits for its first attempt. `retried`: waits for another one. `in_progress`: a job holds it. `successful`,
 * `failed` and `abandoned` (its job ended without a word) are ends; the last two can be retried by hand. `deleted`: kept
 * until the queue's retention takes it.
 */
export const WORK_ITEM_STATES = [
  "new",
  "in_progress",
  "successful",
  "failed",
  "abandoned",
  "retried",
  "deleted",
] as const;
/** One of the states. */
export type WorkItemState = (typeof WORK_ITEM_STATES)[number];

/** What people think of an item that did not succeed; `retried`: it was sent back into the line. */
export const REVIEW_STATUSES = ["none", "in_review", "verified", "retried"] as const;
/** One of the review statuses. */
export type ReviewStatus = (typeof REVIEW_STATUSES)[number];

/** `application`: something did not work, and may the next time. `business`: the item itself is wrong. */
export type ExceptionType = "application" | "business";

/** Why an attempt at an item did not succeed. */
export interface WorkItemException {
  readonly type: ExceptionType;
  /** 1–128 characters. */
  readonly code: string;
  /** Cut at 16 384 characters; no secrets. */
  readonly message: string;
}

/** The job that works on an item: the holder of its lease as long as this attempt at the job runs. */
export interface ItemHolder {
  /** Decimal text, as job ids are. */
  readonly jobId: string;
  /** 1-based. */
  readonly attempt: number;
}

/** Names one attempt at one item; every write of a job about it must carry the whole of it (the fencing token). */
export interface ItemLease {
  readonly tenantId: TenantId;
  readonly itemId: string;
  /** 1-based; of the item. */
  readonly attempt: number;
  readonly holder: ItemHolder;
}

/** An item to be added. */
export interface WorkItemDraft {
  /** A UUID; adding an item of the same id to the same queue again changes nothing. Default a new one. */
  readonly id?: string;
  /** What the work is about; at most 1 MiB of JSON and 64 levels. U+0000 and lone surrogates come back as U+FFFD. Default {}. */
  readonly data?: JsonObject;
  /** The item's name in the outside world, 1–200 characters. */
  readonly reference?: string;
  /** 0–100, larger is more urgent; default the queue's. */
  readonly priority?: number;
  /** When it should have ended; it makes the item more urgent among those of its priority and is counted when missed. */
  readonly deadline?: Date;
  /** Not before this instant; default at once. */
  readonly postponeUntil?: Date;
}

/** What is changed of a waiting item; `null` takes a value away. */
export interface WorkItemChange {
  readonly data?: JsonObject;
  readonly reference?: string | null;
  readonly priority?: number;
  readonly deadline?: Date | null;
  readonly postponeUntil?: Date | null;
}

/** An item as it is now. */
export interface WorkItem {
  readonly id: string;
  readonly tenantId: TenantId;
  readonly queueId: string;
  /** 1-based, counts up with every change. */
  readonly version: number;
  readonly state: WorkItemState;
  readonly priority: number;
  readonly reference?: string;
  readonly data: JsonObject;
  readonly deadline?: Date;
  /** Not before this instant; set by people or by the delay of a retry. */
  readonly postponeUntil?: Date;
  /** Attempts begun so far. */
  readonly attempt: number;
  /** Of the attempt that runs or ran last. */
  readonly holder?: ItemHolder;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** What the last attempt said of itself. */
  readonly progress?: string;
  /** What a successful attempt left. */
  readonly outputs?: JsonObject;
  /** Why the last attempt did not succeed. */
  readonly exception?: WorkItemException;
  readonly review: {
    readonly status: ReviewStatus;
    readonly reviewer?: string;
    readonly note?: string;
    readonly at?: Date;
  };
}

/** One attempt at an item. */
export interface WorkItemAttempt {
  readonly attempt: number;
  readonly holder: ItemHolder;
  readonly outcome: "in_progress" | "successful" | "failed" | "abandoned";
  readonly startedAt: Date;
  readonly endedAt?: Date;
  readonly progress?: string;
  readonly exception?: WorkItemException;
}

/** A file that belongs to an item; its content lies in the blob store under `sha256`. */
export interface WorkItemFile {
  readonly id: string;
  readonly name: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly createdAt: Date;
}
