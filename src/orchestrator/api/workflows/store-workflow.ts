import type { StoredWorkflowDto } from "../../../contracts/index.ts";
import type { TenantId } from "../../../core/ids.ts";
import type { RouteAnswer } from "../../define-route.ts";
import type { Services } from "../../services.ts";
import { announce } from "../announce.ts";
import { versionTag } from "../if-match.ts";
import type { CheckedDraft } from "./draft.ts";
import { viewWorkflowSummary } from "./workflow-view.ts";

/** Stores a new workflow and tells so. */
export async function storeWorkflow(
  services: Services,
  tenantId: TenantId,
  { draft, issues }: CheckedDraft,
): Promise<RouteAnswer<StoredWorkflowDto>> {
  const workflow = await services.workflows.create(tenantId, draft);
  await announce(services, tenantId, {
    type: "workflow.created",
    data: { workflowId: workflow.id, name: workflow.name, version: workflow.version },
  });
  return {
    body: { ...viewWorkflowSummary(workflow, undefined), issues: [...issues] },
    headers: { location: `/api/v1/workflows/${workflow.id}`, etag: versionTag(workflow.version) },
  };
}
