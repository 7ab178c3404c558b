import { storedWorkflow, workflowInput, workflowParams } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { announce } from "../announce.ts";
import { expectedVersion, versionTag } from "../if-match.ts";
import { findPause } from "../pauses.ts";
import { checkDraft } from "./draft.ts";
import { viewWorkflowSummary } from "./workflow-view.ts";

export const updateWorkflow = defineRoute({
  id: "updateWorkflow",
  method: "PUT",
  path: "/api/v1/workflows/:workflowId",
  tag: "workflows",
  summary: "Store a new version of a workflow",
  description:
    "Jobs that are queued keep the version they were submitted with. With `If-Match`, only if that version is the newest.",
  permission: "workflows:write",
  params: workflowParams,
  body: workflowInput,
  uniqueKeys: true,
  success: { status: 200, description: "The new version", body: storedWorkflow },
  errors: {
    400: ["PRECONDITION_INVALID"],
    404: ["WORKFLOW_STORE_NOT_FOUND"],
    412: ["WORKFLOW_STORE_CONFLICT"],
    422: ["WORKFLOW_INVALID"],
  },
  async handle({ params, body, headers, principal }, services) {
    const version = expectedVersion(headers["if-match"]);
    const { draft, issues } = checkDraft(services, body.document, body);
    const workflow = await services.workflows.update(principal.tenantId, params.workflowId, draft, version);
    await announce(services, principal.tenantId, {
      type: "workflow.updated",
      data: { workflowId: workflow.id, name: workflow.name, version: workflow.version },
    });
    const pause = await findPause(services, principal.tenantId, workflow.id);
    return {
      body: { ...viewWorkflowSummary(workflow, pause), issues: [...issues] },
      headers: { etag: versionTag(workflow.version) },
    };
  },
});
