import { z } from "zod";
import { instant, jobId, plainText, sha256, uuid } from "./identifiers.ts";
import { jsonObject } from "./json.ts";
import { listOf, listQuery, severalOf } from "./list.ts";
import { workQueueParams } from "./work-queue.ts";

/** Path of one item of a work queue. */
export const workItemParams = workQueueParams.extend({ itemId: uuid });

/** States of an item; `new` and `retried` wait, `successful`, `failed`, `abandoned` and `deleted` are ends. */
export const workItemState = z.enum(["new", "in_progress", "successful", "failed", "abandoned", "retried", "deleted"]);
const reviewStatus = z.enum(["none", "in_review", "verified", "retried"]);
const exceptionType = z.enum(["application", "business"]);

const itemPriority = z.union([z.int().min(0).max(100), z.enum(["low", "normal", "high", "critical"])]);

/** An item to be added to a work queue. */
export const workItemInput = z
  .strictObject({
    /** Adding an item of the same id to the same queue again changes nothing; default a new one. */
    id: uuid.optional(),
    data: jsonObject.default({}),
    /** The item's name in the outside world. */
    reference: plainText(1, 200).optional(),
    /** 0–100, larger is more urgent, or low (25), normal (50), high (75), critical (100); default the queue's. */
    priority: itemPriority.optional(),
    /** When it should have ended: makes it more urgent among those of its priority, and is counted when missed. */
    deadline: instant.optional(),
    /** Not before this instant. */
    postponeUntil: instant.optional(),
  })
  .meta({ id: "NewWorkItem", examples: [{ reference: "INV-2026-0042", data: { amount: 120.5 }, priority: "high" }] });
/** An item as a caller writes it. */
export type WorkItemInput = z.input<typeof workItemInput>;

/** Up to 10 000 items; each is judged by itself, so that a list with one mistake is told which. */
export const workItemsInput = z
  .strictObject({
    items: z.array(jsonObject).max(10_000),
    /** `all`: all or none. `each`: those that can be, with a report. */
    mode: z.enum(["all", "each"]).default("all"),
  })
  .meta({ id: "NewWorkItems", examples: [{ items: [{ data: { n: 1 } }, { data: { n: 2 } }], mode: "each" }] });
/** Items as a caller writes them. */
export interface WorkItemsInput {
  readonly items: readonly WorkItemInput[];
  readonly mode?: "all" | "each";
}

/** What is to be changed of a waiting item; null takes a value away. */
export const workItemChange = z
  .strictObject({
    data: jsonObject.optional(),
    reference: plainText(1, 200).nullable().optional(),
    priority: itemPriority.optional(),
    deadline: instant.nullable().optional(),
    postponeUntil: instant.nullable().optional(),
  })
  .meta({ id: "WorkItemChange" });
/** A change as a caller writes it. */
export type WorkItemChangeInput = z.input<typeof workItemChange>;

/** Body of a postponement; null: at once. */
export const workItemPostponement = z.strictObject({ until: instant.nullable() });

/** Body of a retry, which may be left out; the reviewer's default is the key that asks. */
export const workItemRetryInput = z
  .strictObject({ reviewer: plainText(1, 200).optional(), note: plainText(0, 2_000).optional() })
  .optional();

/** What a person says of an item; `retried` sends it back into the line. */
export const workItemReviewInput = z.strictObject({
  status: reviewStatus,
  reviewer: plainText(1, 200).optional(),
  note: plainText(0, 2_000).optional(),
});
/** A review as a caller writes it. */
export type WorkItemReviewInput = z.input<typeof workItemReviewInput>;

const holder = z.object({ jobId, attempt: z.int() });
const exception = z
  .object({ type: exceptionType, code: z.string(), message: z.string() })
  .meta({ id: "WorkItemException" });

/** An item as lists show it; its `version` is for `If-Match`. */
export const workItemSummary = z
  .object({
    id: uuid,
    queueId: uuid,
    version: z.int(),
    state: workItemState,
    priority: z.int(),
    reference: z.string().optional(),
    data: jsonObject,
    deadline: instant.optional(),
    postponeUntil: instant.optional(),
    /** Attempts begun so far. */
    attempt: z.int(),
    /** The attempt at a job that holds it, or held it last. */
    holder: holder.optional(),
    createdAt: instant,
    updatedAt: instant,
    startedAt: instant.optional(),
    endedAt: instant.optional(),
    progress: z.string().optional(),
    outputs: jsonObject.optional(),
    exception: exception.optional(),
    review: z.object({
      status: reviewStatus,
      reviewer: z.string().optional(),
      note: z.string().optional(),
      at: instant.optional(),
    }),
  })
  .meta({ id: "WorkItemSummary" });
/** An item as lists show it. */
export type WorkItemSummaryDto = z.output<typeof workItemSummary>;

const workItemAttempt = z
  .object({
    attempt: z.int(),
    holder,
    outcome: z.enum(["in_progress", "successful", "failed", "abandoned"]),
    startedAt: instant,
    endedAt: instant.optional(),
    progress: z.string().optional(),
    exception: exception.optional(),
  })
  .meta({ id: "WorkItemAttempt" });

/** A file that belongs to an item. */
export const workItemFile = z
  .object({ id: uuid, name: z.string(), contentType: z.string(), sizeBytes: z.int(), sha256, createdAt: instant })
  .meta({ id: "WorkItemFile" });
/** A file of an item as the API answers it. */
export type WorkItemFileDto = z.output<typeof workItemFile>;

/** An item with its attempts, oldest first, and its files. */
export const workItemDto = workItemSummary
  .extend({ attempts: z.array(workItemAttempt), files: z.array(workItemFile) })
  .meta({ id: "WorkItem" });
/** All there is to know of an item. */
export type WorkItemDto = z.output<typeof workItemDto>;

/** What became of each item of a list, in its order. */
export const workItemsReport = z
  .object({
    added: z.int(),
    refused: z.int(),
    items: z.array(
      z.object({
        /** Undefined for one that was refused. */
        id: uuid.optional(),
        /** False for an item that was there under this id. */
        created: z.boolean(),
        problem: z.object({ path: z.string(), message: z.string(), code: z.string() }).optional(),
      }),
    ),
  })
  .meta({ id: "WorkItemsReport" });
/** The report on added items as the API answers it. */
export type WorkItemsReportDto = z.output<typeof workItemsReport>;

/** A page of items, newest first. */
export const workItemList = listOf(workItemSummary);
/** Filters of the item list; an item must match all that are given. */
export const workItemListQuery = listQuery.extend({
  state: severalOf(workItemState).optional().describe("one or more states, separated by commas"),
  reference: plainText(1, 200).optional(),
  review: reviewStatus.optional(),
  exceptionType: exceptionType.optional().describe("of the last attempt"),
  from: instant.optional().describe("added at this instant or later"),
  to: instant.optional().describe("added before this instant"),
});

/** All files of one item; never so many that they need pages. */
export const workItemFileList = z.object({ data: z.array(workItemFile) });
/** Path of an upload; the content must have this SHA-256. */
export const workItemUploadParams = workItemParams.extend({ sha256 });
/** Name of an uploaded file; the same name again replaces it. */
export const workItemUploadQuery = z.strictObject({ name: plainText(1, 500) });
/** Path of one file of an item. */
export const workItemFileParams = workItemParams.extend({ fileId: uuid });
