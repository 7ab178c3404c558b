import { pauseDto, pauseInput, workflowParams } from "../../../contracts/index.ts";
import { persistenceErrors } from "../../../persistence/index.ts";
import { defineRoute } from "../../define-route.ts";
import { pauseJobs } from "../pauses.ts";

export const pauseWorkflow = defineRoute({
  id: "pauseWorkflow",
  method: "POST",
  path: "/api/v1/workflows/:workflowId/pause",
  tag: "workflows",
  summary: "Start no more jobs of a workflow",
  description: "What runs goes on; jobs can be submitted and wait. Pausing twice is fine: the first reason stays.",
  permission: "jobs:control",
  params: workflowParams,
  body: pauseInput,
  success: { status: 200, description: "The pause", body: pauseDto },
  errors: { 404: ["WORKFLOW_STORE_NOT_FOUND"] },
  async handle({ params: { workflowId }, body, principal: { tenantId } }, services) {
    const workflow = await services.workflows.summarize(tenantId, workflowId);
    if (!workflow) throw persistenceErrors.WORKFLOW_STORE_NOT_FOUND({ workflowId });
    return pauseJobs(services, { tenantId, workflow }, body?.reason);
  },
});
