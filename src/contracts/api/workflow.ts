import { z } from "zod";
import { instant, plainText, uuid } from "./identifiers.ts";
import { json, jsonObject } from "./json.ts";
import { listOf, listQuery } from "./list.ts";

const EXAMPLE_DOCUMENT = {
  metadata: { name: "Greet", description: "Says hello" },
  nodes: { start: { node_id: "start", node_type: "StartNode", config: {} } },
  connections: [],
};

export const workflowParams = z.object({ workflowId: uuid });

/** A workflow file to be stored. */
export const workflowInput = z
  .strictObject({
    /** The workflow file. */
    document: jsonObject,
    /** Instead of the name in the file. */
    name: plainText(1, 200).optional(),
    /** Instead of the description in the file. */
    description: plainText(0, 10_000).optional(),
  })
  .meta({ id: "NewWorkflow", examples: [{ document: EXAMPLE_DOCUMENT }] });
export type WorkflowInput = z.input<typeof workflowInput>;

/** Name and description to use instead of the file's. */
export const workflowUploadQuery = workflowInput.pick({ name: true, description: true });

/** One finding about a workflow file. */
export const workflowIssue = z
  .object({
    severity: z.enum(["error", "warning", "note"]),
    code: z.string(),
    message: z.string(),
    node: z.string().optional(),
    port: z.string().optional(),
    path: z.string().optional(),
    suggestion: z.string().optional(),
  })
  .meta({ id: "WorkflowIssue" });
export type WorkflowIssueDto = z.output<typeof workflowIssue>;

/** A workflow without its file. */
export const workflowSummary = z
  .object({
    id: uuid,
    name: z.string(),
    description: z.string(),
    version: z.int(),
    requires: z.array(z.string()),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: "WorkflowSummary" });
export type WorkflowSummaryDto = z.output<typeof workflowSummary>;

export const workflowDto = workflowSummary.extend({ document: json }).meta({ id: "Workflow" });
export type WorkflowDto = z.output<typeof workflowDto>;

/** A workflow as it was stored, and what is worth knowing about its file. */
export const storedWorkflow = workflowSummary.extend({ issues: z.array(workflowIssue) }).meta({ id: "StoredWorkflow" });
export type StoredWorkflowDto = z.output<typeof storedWorkflow>;

export const workflowList = listOf(workflowSummary);
export const workflowListQuery = listQuery.extend({
  name: plainText(1, 200).optional().describe("part of the name, upper and lower case alike"),
});
export const workflowGetQuery = z.strictObject({
  version: z.coerce.number().int().min(1).max(2_147_483_647).optional().describe("default: the newest"),
});

export const workflowValidationInput = workflowInput.pick({ document: true });

/** What `validate` says; `valid` is false when an issue is an error. */
export const workflowValidation = z
  .object({
    valid: z.boolean(),
    name: z.string(),
    requires: z.array(z.string()),
    issues: z.array(workflowIssue),
  })
  .meta({ id: "WorkflowValidation" });
export type WorkflowValidationDto = z.output<typeof workflowValidation>;
