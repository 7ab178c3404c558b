import { resumeReport, workflowParams } from "../../../contracts/index.ts";
import { persistenceErrors } from "../../../persistence/index.ts";
import { defineRoute } from "../../define-route.ts";
import { findPause, resumeJobs } from "../pauses.ts";

export const resumeWorkflow = defineRoute({
  id: "resumeWorkflow",
  method: "POST",
  path: "/api/v1/workflows/:workflowId/resume",
  tag: "workflows",
  summary: "Start jobs of a workflow again",
  description: "Also of a deleted one whose jobs wait. While all jobs are paused, none is started all the same.",
  permission: "jobs:control",
  params: workflowParams,
  success: { status: 200, description: "Whether it was paused", body: resumeReport },
  errors: { 404: ["WORKFLOW_STORE_NOT_FOUND"] },
  async handle({ params: { workflowId }, principal: { tenantId } }, services) {
    const workflow = await services.workflows.summarize(tenantId, workflowId);
    if (!workflow && !(await findPause(services, tenantId, workflowId))) {
      throw persistenceErrors.WORKFLOW_STORE_NOT_FOUND({ workflowId });
    }
    return resumeJobs(services, { tenantId, workflow: workflow ?? { id: workflowId } });
  },
});
