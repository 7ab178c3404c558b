import type { WorkflowDto, WorkflowSummaryDto } from "../../../contracts/index.ts";
import type { WorkflowRecord, WorkflowSummary } from "../../../persistence/index.ts";
import type { Pause } from "../../../queue/index.ts";
import { viewPauseFacts } from "../pauses.ts";

/** @param pause of the workflow, if there is one. */
export function viewWorkflowSummary(workflow: WorkflowSummary, pause: Pause | undefined): WorkflowSummaryDto {
  return {
    id: workflow.id,
    name: workflow.name,
    description: workflow.description,
    version: workflow.version,
    requires: [...workflow.requires],
    ...(workflow.concurrency && { concurrency: workflow.concurrency }),
    ...(pause && { pause: viewPauseFacts(pause) }),
    createdAt: workflow.createdAt.toISOString(),
    updatedAt: workflow.updatedAt.toISOString(),
  };
}

export function viewWorkflow(workflow: WorkflowRecord, pause: Pause | undefined): WorkflowDto {
  return { ...viewWorkflowSummary(workflow, pause), document: workflow.document };
}
