import type { WorkflowDto, WorkflowSummaryDto } from "../../../contracts/index.ts";
import type { WorkflowRecord, WorkflowSummary } from "../../../persistence/index.ts";

export function viewWorkflowSummary(workflow: WorkflowSummary): WorkflowSummaryDto {
  return {
    id: workflow.id,
    name: workflow.name,
    description: workflow.description,
    version: workflow.version,
    requires: [...workflow.requires],
    createdAt: workflow.createdAt.toISOString(),
    updatedAt: workflow.updatedAt.toISOString(),
  };
}

export function viewWorkflow(workflow: WorkflowRecord): WorkflowDto {
  return { ...viewWorkflowSummary(workflow), document: workflow.document };
}
