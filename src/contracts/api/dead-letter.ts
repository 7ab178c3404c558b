import { z } from "zod";
import { instant, jobId } from "./identifiers.ts";
import { jobError } from "./job.ts";
import { listOf, listQuery } from "./list.ts";

/** A job that failed for good and waits for somebody to look at it. */
export const deadLetterDto = z
  .object({
    jobId,
    workflowId: z.string(),
    reason: z.enum(["exhausted", "permanent", "deadline"]),
    error: jobError,
    attempts: z.int(),
    diedAt: instant,
    /** The job made from it, once it was requeued. */
    requeuedAs: jobId.optional(),
  })
  .meta({ id: "DeadLetter" });
export type DeadLetterDto = z.output<typeof deadLetterDto>;

export const deadLetterList = listOf(deadLetterDto);
export const deadLetterListQuery = listQuery;
