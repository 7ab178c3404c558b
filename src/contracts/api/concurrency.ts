import { z } from "zod";
import { plainText } from "./identifiers.ts";

/** Begins the keys of workflows' own limits, which no submission may use: it would change the workflow's limit. */
const WORKFLOW_KEYS = "workflow/";

/**
 * What becomes of jobs beyond a limit. `queue`: they wait. `skip`: a new one is cancelled. `keep-latest`: only the newest
 * waits, older ones are cancelled. `cancel-oldest`: the oldest one under way is asked to stop.
 */
export const onLimit = z.enum(["queue", "skip", "keep-latest", "cancel-oldest"]);

const limit = z.int().min(1).max(10_000);

/** A concurrency limit that a submission brings; it goes before the workflow's own. */
export const jobConcurrencyInput = z
  .strictObject({
    /** Jobs with the same key share the limit, whatever they run. */
    key: plainText(1, 200).refine((key) => !key.startsWith(WORKFLOW_KEYS), {
      error: `must not begin with ${WORKFLOW_KEYS}, which is for the limits of workflows; choose another key`,
    }),
    /** Jobs with the key that may be under way at once; the newest request decides for all of them. */
    limit,
    /** Default: queue. */
    onLimit: onLimit.optional(),
  })
  .meta({ id: "NewJobConcurrency", examples: [{ key: "sap", limit: 2 }] });

/** The concurrency limit that a job is under, as it is now. */
export const jobConcurrency = z.object({ key: z.string(), limit: z.int(), onLimit }).meta({ id: "JobConcurrency" });

/** The concurrency setting of a workflow: for every job of it, whatever submits it, unless the submission brings a limit. */
export const workflowConcurrencyInput = z
  .strictObject({
    /** Jobs of the workflow that may be under way at once. */
    limit,
    onLimit: onLimit.default("queue"),
  })
  .meta({ id: "NewWorkflowConcurrency", examples: [{ limit: 1, onLimit: "keep-latest" }] });
/** A concurrency setting as a caller writes it. */
export type WorkflowConcurrencyInput = z.input<typeof workflowConcurrencyInput>;

export const workflowConcurrency = z.object({ limit: z.int(), onLimit }).meta({ id: "WorkflowConcurrency" });
