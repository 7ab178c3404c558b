import type { WorkflowSummaryDto } from "../../../contracts/index.ts";
import type { TenantId } from "../../../core/ids.ts";
import { persistenceErrors, type WorkflowConcurrency } from "../../../persistence/index.ts";
import type { RouteAnswer } from "../../define-route.ts";
import type { Services } from "../../services.ts";
import { liftedRule, ruleOf } from "../../workflow-concurrency.ts";
import { announce } from "../announce.ts";
import { findPause } from "../pauses.ts";
import { viewWorkflowSummary } from "./workflow-view.ts";

/** Stores the setting and brings the jobs that wait under it. @param change.concurrency undefined: no limit any more. */
export async function changeConcurrency(
  services: Services,
  tenantId: TenantId,
  change: { readonly workflowId: string; readonly concurrency: WorkflowConcurrency | undefined },
): Promise<RouteAnswer<WorkflowSummaryDto>> {
  const { workflowId, concurrency } = change;
  const workflow = await services.workflows.setConcurrency(tenantId, workflowId, concurrency);
  if (!workflow) throw persistenceErrors.WORKFLOW_STORE_NOT_FOUND({ workflowId });
  await services.queue.changeLimit(tenantId, ruleOf(workflow) ?? liftedRule(workflowId));
  await announce(services, tenantId, {
    type: "workflow.concurrency",
    data: { workflowId, name: workflow.name, ...(concurrency && { concurrency: { ...concurrency } }) },
  });
  return { body: viewWorkflowSummary(workflow, await findPause(services, tenantId, workflowId)) };
}
