import { workflowConcurrencyInput, workflowParams, workflowSummary } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { changeConcurrency } from "./change-concurrency.ts";

export const setWorkflowConcurrency = defineRoute({
  id: "setWorkflowConcurrency",
  method: "PUT",
  path: "/api/v1/workflows/:workflowId/concurrency",
  tag: "workflows",
  summary: "Limit how many jobs of a workflow are under way at once",
  description:
    "Counts for all versions and for every job of it, whatever submits it, unless the submission brings a limit of its own; at once also for jobs that wait under this setting. Makes no new version.",
  permission: "workflows:write",
  params: workflowParams,
  body: workflowConcurrencyInput,
  success: { status: 200, description: "The workflow", body: workflowSummary },
  errors: { 404: ["WORKFLOW_STORE_NOT_FOUND"] },
  handle: async ({ params: { workflowId }, body, principal }, services) =>
    changeConcurrency(services, principal.tenantId, { workflowId, concurrency: body }),
});
