import { z } from "zod";
import type { JsonValue } from "../../core/json.ts";

const json = z.unknown().transform((value) => value as JsonValue);

/** Payload of a queue job that runs a workflow; its `kind` is the workflow's id. */
export const workflowJobPayload = z.object({
  workflowId: z.string().min(1).max(200),
  workflowVersion: z.int().min(1),
  /** Values for the workflow's variables; they win over the defaults of the file. */
  variables: z.record(z.string(), json).default({}),
});
