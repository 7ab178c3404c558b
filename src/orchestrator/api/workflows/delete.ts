import { workflowParams } from "../../../contracts/index.ts";
import { persistenceErrors } from "../../../persistence/index.ts";
import { defineRoute } from "../../define-route.ts";
import { announce } from "../announce.ts";
import { expectedVersion } from "../if-match.ts";

export const deleteWorkflow = defineRoute({
  id: "deleteWorkflow",
  method: "DELETE",
  path: "/api/v1/workflows/:workflowId",
  tag: "workflows",
  summary: "Delete a workflow",
  description: "Jobs that are queued still run it. With `If-Match`, only if that version is the newest.",
  permission: "workflows:write",
  params: workflowParams,
  success: { status: 204, description: "It is gone" },
  errors: {
    400: ["PRECONDITION_INVALID"],
    404: ["WORKFLOW_STORE_NOT_FOUND"],
    412: ["WORKFLOW_STORE_CONFLICT"],
  },
  async handle({ params: { workflowId }, headers, principal }, services) {
    const version = expectedVersion(headers["if-match"]);
    const existed = await services.workflows.delete(principal.tenantId, workflowId, version);
    if (!existed) throw persistenceErrors.WORKFLOW_STORE_NOT_FOUND({ workflowId });
    await announce(services, principal.tenantId, { type: "workflow.deleted", data: { workflowId } });
    return { body: undefined };
  },
});
