import type { TenantId } from "../core/ids.ts";
import type { WorkflowRepository } from "../persistence/index.ts";
import type { WorkflowCheck } from "./workflow-check.ts";

/** Names of the variables whose values nobody gets to see; undefined when the version is not there. */
export type SensitiveVariables = (
  tenantId: TenantId,
  workflowId: string,
  version: number,
) => Promise<readonly string[] | undefined>;

/** Versions whose names are remembered; the one asked for first goes first. */
const REMEMBERED = 2_000;

/** Reads and checks each version once, as versions never change. */
export function createSensitiveVariables(
  workflows: Pick<WorkflowRepository, "getVersion">,
  checkWorkflow: WorkflowCheck,
): SensitiveVariables {
  const known = new Map<string, readonly string[]>();
  return async (tenantId, workflowId, version) => {
    const key = `${tenantId}:${workflowId}:${version}`;
    const remembered = known.get(key);
    if (remembered) return remembered;
    const workflow = await workflows.getVersion(tenantId, workflowId, version);
    if (!workflow) return undefined;
    const names = checkWorkflow(workflow.document).sensitive;
    known.set(key, names);
    const [oldest] = known.keys();
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
    return names;
  };
}
