import { workflowDto, workflowGetQuery, workflowParams } from "../../../contracts/index.ts";
import { persistenceErrors } from "../../../persistence/index.ts";
import { defineRoute } from "../../define-route.ts";
import { orchestratorErrors } from "../../errors.ts";
import { versionTag } from "../if-match.ts";
import { findPause } from "../pauses.ts";
import { viewWorkflow } from "./workflow-view.ts";

export const getWorkflow = defineRoute({
  id: "getWorkflow",
  method: "GET",
  path: "/api/v1/workflows/:workflowId",
  tag: "workflows",
  summary: "Get a workflow with its file",
  description: "A version that is asked for by number is also answered after the workflow was deleted.",
  permission: "workflows:read",
  params: workflowParams,
  query: workflowGetQuery,
  success: {
    status: 200,
    description: "The workflow; its `ETag` is for `If-Match`",
    body: workflowDto,
    headers: ["ETag"],
  },
  errors: { 404: ["WORKFLOW_STORE_NOT_FOUND", "WORKFLOW_VERSION_NOT_FOUND"] },
  async handle({ params: { workflowId }, query: { version }, principal }, services) {
    const { tenantId } = principal;
    const { workflows } = services;
    const workflow =
      version === undefined
        ? await workflows.get(tenantId, workflowId)
        : await workflows.getVersion(tenantId, workflowId, version);
    if (!workflow) {
      throw version === undefined
        ? persistenceErrors.WORKFLOW_STORE_NOT_FOUND({ workflowId })
        : orchestratorErrors.WORKFLOW_VERSION_NOT_FOUND({ workflowId, version });
    }
    return {
      body: viewWorkflow(workflow, await findPause(services, tenantId, workflowId)),
      headers: { etag: versionTag(workflow.version) },
    };
  },
});
