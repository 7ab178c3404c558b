import { workflowParams, workflowSummary } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { changeConcurrency } from "./change-concurrency.ts";

export const removeWorkflowConcurrency = defineRoute({
  id: "removeWorkflowConcurrency",
  method: "DELETE",
  path: "/api/v1/workflows/:workflowId/concurrency",
  tag: "workflows",
  summary: "Let any number of jobs of a workflow be under way at once",
  description: "Jobs that wait under the setting are let go. Removing what is not there is fine.",
  permission: "workflows:write",
  params: workflowParams,
  success: { status: 200, description: "The workflow", body: workflowSummary },
  errors: { 404: ["WORKFLOW_STORE_NOT_FOUND"] },
  handle: async ({ params: { workflowId }, principal }, services) =>
    changeConcurrency(services, principal.tenantId, { workflowId, concurrency: undefined }),
});
