import { z } from "zod";
import { workflowConcurrency } from "./concurrency.ts";
import { instant, plainText, uuid } from "./identifiers.ts";
import { json, jsonObject } from "./json.ts";
import { listOf, listQuery } from "./list.ts";
import { pauseFacts } from "./pause.ts";

const EXAMPLE_DOCUMENT = {
  metadata: { name: "Greet", description: "Says hello" },
  nodes: { start: { node_id: "start", node_type: "StartNode", config: {} } },
  connections: [],
};

/** Path of one workflow. */
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
/** A workflow file as a caller sends it. */
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
/** A finding as the API answers it; an `error` keeps the workflow from being stored. */
export type WorkflowIssueDto = z.output<typeof workflowIssue>;

/** A workflow without its file. */
export const workflowSummary = z
  .object({
    id: uuid,
    name: z.string(),
    description: z.string(),
    version: z.int(),
    requires: z.array(z.string()),
    /** Of all versions; absent: no limit. */
    concurrency: workflowConcurrency.optional(),
    /** There while its jobs are not started. */
    pause: pauseFacts.optional(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: "WorkflowSummary" });
/** A workflow as lists show it. */
export type WorkflowSummaryDto = z.output<typeof workflowSummary>;

/** A workflow with its file as it was given. */
export const workflowDto = workflowSummary.extend({ document: json }).meta({ id: "Workflow" });
/** One version of a workflow, its file included. */
export type WorkflowDto = z.output<typeof workflowDto>;

/** A workflow as it was stored, and what is worth knowing about its file. */
export const storedWorkflow = workflowSummary.extend({ issues: z.array(workflowIssue) }).meta({ id: "StoredWorkflow" });
/** The answer to storing a workflow; its issues are warnings and notes. */
export type StoredWorkflowDto = z.output<typeof storedWorkflow>;

/** A page of workflows, newest first, without their files. */
export const workflowList = listOf(workflowSummary);
/** Filter of the workflow list. */
export const workflowListQuery = listQuery.extend({
  name: plainText(1, 200).optional().describe("part of the name, upper and lower case alike"),
});
/** Which version; one that is named is answered even after the workflow was deleted. */
export const workflowGetQuery = z.strictObject({
  version: z.coerce.number().int().min(1).max(2_147_483_647).optional().describe("default: the newest"),
});

/** A workflow file to be checked and not stored. */
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
/** The findings of a check; `requires` are the labels a robot must offer. */
export type WorkflowValidationDto = z.output<typeof workflowValidation>;
