import { z } from "zod";
import { bulkSteps, exactlyOne, notEmpty } from "./bulk.ts";
import { instant, jobId, plainText, uuid } from "./identifiers.ts";
import { jobError } from "./job.ts";
import { listOf, listQuery } from "./list.ts";

const reason = z.enum(["exhausted", "permanent", "deadline"]);

/**
 * Of what the job died. `business`, `deadline`: look at what was submitted. `lost`: at the robots. `permanent`, `exhausted`: at
 * the workflow.
 */
const category = z.enum(["exhausted", "permanent", "deadline", "lost", "business"]);

/** A job that failed for good and waits for somebody to look at it. */
export const deadLetterDto = z
  .object({
    jobId,
    workflowId: z.string(),
    /** When the queue gave up. */
    reason,
    category,
    error: jobError,
    attempts: z.int(),
    diedAt: instant,
    /** The job made from it, once it was requeued. */
    requeuedAs: jobId.optional(),
  })
  .meta({ id: "DeadLetter" });
/** A dead letter as the API answers it; `jobId` is also what it is addressed by. */
export type DeadLetterDto = z.output<typeof deadLetterDto>;

/** A page of dead letters, the one that died last first. */
export const deadLetterList = listOf(deadLetterDto);

/** Filters of the dead letters; one must match all that are given. */
export const deadLetterListQuery = listQuery.extend({
  workflowId: uuid.optional(),
  code: plainText(1, 200).optional().describe("code of the error that the job died of"),
  category: category.optional(),
  reason: reason.optional(),
  from: instant.optional().describe("died at this instant or later"),
  to: instant.optional().describe("died before this instant"),
  requeued: z
    .enum(["true", "false"])
    .transform((given) => given === "true")
    .optional()
    .describe("only those that were, or were not, requeued"),
});

const letterConditions = {
  workflowId: uuid.optional(),
  /** Of the error that the job died of. */
  code: plainText(1, 200).optional(),
  category: category.optional(),
  reason: reason.optional(),
  /** Died at this instant or later. */
  from: instant.optional(),
  /** Died before this instant. */
  to: instant.optional(),
};

const jobIds = z.array(jobId).min(1).max(1_000);

/** Which dead letters to requeue: these, those that match all conditions of a filter and are not requeued yet, or all such. */
export const deadLettersRequeueInput = z
  .strictObject({
    jobIds: jobIds.optional(),
    filter: notEmpty(z.strictObject(letterConditions)).optional(),
    all: z.literal(true).optional(),
    ...bulkSteps,
  })
  .superRefine(exactlyOne(["jobIds", "filter", "all"]))
  .meta({ id: "RequeueDeadLetters", examples: [{ filter: { code: "BROWSER_TIMEOUT" }, dryRun: true }] });
/** A requeueing of many dead letters as a caller writes it. */
export type DeadLettersRequeueInput = z.input<typeof deadLettersRequeueInput>;

/** What one call of a requeueing did, newest first or in the order of the ids. */
export const deadLettersRequeueReport = z
  .object({
    dryRun: z.boolean(),
    /** Dead letters that were found, or asked for by id. */
    matched: z.int(),
    requeued: z.int(),
    outcomes: z.array(
      z.object({
        jobId,
        /** `conflict`: it had been requeued before. */
        outcome: z.enum(["requeued", "conflict", "not-found"]),
        /** The new job, or the one made before. */
        requeuedAs: jobId.optional(),
      }),
    ),
    /** There are more: call again with it as `cursor`. */
    nextCursor: z.string().optional(),
  })
  .meta({ id: "RequeueDeadLettersReport" });
/** The answer to a requeueing of many dead letters. */
export type DeadLettersRequeueReportDto = z.output<typeof deadLettersRequeueReport>;

/** Which dead letters to delete, requeued ones included unless the filter says otherwise. */
export const deadLettersDeleteInput = z
  .strictObject({
    jobIds: jobIds.optional(),
    filter: notEmpty(z.strictObject({ ...letterConditions, requeued: z.boolean().optional() })).optional(),
    all: z.literal(true).optional(),
    ...bulkSteps,
  })
  .superRefine(exactlyOne(["jobIds", "filter", "all"]))
  .meta({ id: "DeleteDeadLetters", examples: [{ filter: { requeued: true, to: "2026-01-01T00:00:00Z" } }] });
/** A deletion of many dead letters as a caller writes it. */
export type DeadLettersDeleteInput = z.input<typeof deadLettersDeleteInput>;

/** What one call of a deletion did. */
export const deadLettersDeleteReport = z
  .object({
    dryRun: z.boolean(),
    matched: z.int(),
    deleted: z.int(),
    outcomes: z.array(z.object({ jobId, outcome: z.enum(["deleted", "not-found"]) })),
    nextCursor: z.string().optional(),
  })
  .meta({ id: "DeleteDeadLettersReport" });
/** The answer to a deletion of many dead letters. */
export type DeadLettersDeleteReportDto = z.output<typeof deadLettersDeleteReport>;
