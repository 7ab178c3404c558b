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
/** A dead letter as the API answers it; `jobId` is also what it is addressed by. */
export type DeadLetterDto = z.output<typeof deadLetterDto>;

/** A page of dead letters, the one that died last first. */
export const deadLetterList = listOf(deadLetterDto);
/** Only the page can be chosen; dead letters have no filter. */
export const deadLetterListQuery = listQuery;
