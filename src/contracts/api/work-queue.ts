import { z } from "zod";
import { instant, plainText, uuid } from "./identifiers.ts";
import { jsonObject } from "./json.ts";
import { listOf, listQuery } from "./list.ts";

/** Path of one work queue, by its id or its name. */
export const workQueueParams = z.object({ queue: plainText(1, 200).describe("id or name of the work queue") });

const priority = z.int().min(0).max(100);

const retryRule = z.strictObject({
  /** Attempts that may follow an exception of this type. */
  maxRetries: z.int().min(0).max(1_000).optional(),
  /** Milliseconds before the next attempt may begin. */
  delayMs: z.int().min(0).max(2_592_000_000).optional(),
});

const startRule = z
  .strictObject({
    workflowId: uuid,
    /** A job for each so many open items, started while some wait; a rest counts as so many. */
    itemsPerJob: z.int().min(1).max(100_000),
    /** Jobs of this rule that may wait or run at the same time. */
    maxJobs: z.int().min(1).max(1_000),
    /** Values for the workflow's variables. */
    variables: jsonObject.optional(),
    environment: plainText(1, 100).optional(),
    /** Of the jobs. */
    priority: priority.optional(),
  })
  .meta({ id: "WorkQueueStartRule" });

/** A work queue to be made, or all settings of one to be changed; what is left out gets its default. */
export const workQueueInput = z
  .strictObject({
    /** Unique within the tenant; no UUID. */
    name: plainText(1, 200),
    description: plainText(0, 10_000).optional(),
    /** What the data of items must look like, in a part of JSON Schema; default any object. */
    itemSchema: jsonObject.optional(),
    /** Every item needs a reference that no other one has, deleted ones aside. Cannot be changed later. */
    uniqueReference: z.boolean().optional(),
    /** Of items that bring none; default 50. */
    defaultPriority: priority.optional(),
    /** Default: three retries after application exceptions, none after business exceptions, ten attempts in all. */
    retry: z
      .strictObject({
        application: retryRule.optional(),
        business: retryRule.optional(),
        maxAttempts: z.int().min(1).max(1_000).optional(),
      })
      .optional(),
    /** Items that ended so many days ago are deleted; default 30. */
    retentionDays: z.int().min(1).max(3_650).optional(),
    /** Starts jobs for waiting items, at once when items come and when jobs end. */
    startRule: startRule.optional(),
  })
  .meta({
    id: "NewWorkQueue",
    examples: [
      {
        name: "Invoices",
        uniqueReference: true,
        itemSchema: { type: "object", properties: { amount: { type: "number" } }, required: ["amount"] },
        startRule: { workflowId: "019b76da-a800-7000-8000-000000000001", itemsPerJob: 50, maxJobs: 4 },
      },
    ],
  });
/** A work queue as a caller writes it. */
export type WorkQueueInput = z.input<typeof workQueueInput>;

const storedRetryRule = z.object({ maxRetries: z.int(), delayMs: z.int() });

/** A work queue; its `version` is for `If-Match`. */
export const workQueueDto = z
  .object({
    id: uuid,
    name: z.string(),
    description: z.string(),
    version: z.int(),
    itemSchema: jsonObject.optional(),
    uniqueReference: z.boolean(),
    defaultPriority: z.int(),
    retry: z.object({ application: storedRetryRule, business: storedRetryRule, maxAttempts: z.int() }),
    retentionDays: z.int(),
    startRule: startRule.optional(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: "WorkQueue" });
/** A work queue as the API answers it. */
export type WorkQueueDto = z.output<typeof workQueueDto>;

/** A page of work queues, newest first. */
export const workQueueList = listOf(workQueueDto);
/** Only the page can be chosen; work queues have no filter. */
export const workQueueListQuery = listQuery;

/** Figures of one work queue; times in milliseconds. */
export const workQueueStats = z
  .object({
    counts: z.object({
      new: z.int(),
      in_progress: z.int(),
      successful: z.int(),
      failed: z.int(),
      abandoned: z.int(),
      retried: z.int(),
      deleted: z.int(),
    }),
    /** Waiting items that may be taken now. */
    due: z.int(),
    /** Waiting items whose time has not come. */
    postponed: z.int(),
    /** From taking an item to its success, on average of those that succeeded since `since`. */
    averageHandlingMs: z.number().optional(),
    /** Since the oldest item that nobody has taken yet was added. */
    oldestNewMs: z.number().optional(),
    /** Open items whose deadline has passed, and items that ended after theirs since `since`. */
    deadlineMisses: z.int(),
    since: instant,
  })
  .meta({ id: "WorkQueueStats" });
/** Figures of a work queue as the API answers them. */
export type WorkQueueStatsDto = z.output<typeof workQueueStats>;

/** The time in which ended items count. */
export const workQueueStatsQuery = z.strictObject({
  since: instant.optional().describe("items that ended at this instant or later count; default 7 days ago"),
});
