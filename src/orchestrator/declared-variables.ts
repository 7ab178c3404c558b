import type { TenantId } from "../core/ids.ts";
import type { VariableDeclaration } from "../execution/index.ts";
import type { WorkflowRepository } from "../persistence/index.ts";
import type { WorkflowCheck } from "./workflow-check.ts";

/** What a version of a workflow declares; undefined when the version is not there. */
export type DeclaredVariables = (
  tenantId: TenantId,
  workflowId: string,
  version: number,
) => Promise<readonly DeclaredVariable[] | undefined>;

/** As much of a declaration as is remembered: defaults may be large. */
type DeclaredVariable = Pick<VariableDeclaration, "name" | "type" | "sensitive">;

/** Versions whose variables are remembered; the one asked for first goes first. */
const REMEMBERED = 2_000;

/** Reads and checks each version once, as versions never change. */
export function createDeclaredVariables(
  workflows: Pick<WorkflowRepository, "getVersion">,
  checkWorkflow: WorkflowCheck,
): DeclaredVariables {
  const known = new Map<string, readonly DeclaredVariable[]>();
  return async (tenantId, workflowId, version) => {
    const key = `${tenantId}:${workflowId}:${version}`;
    const remembered = known.get(key);
    if (remembered) return remembered;
    const workflow = await workflows.getVersion(tenantId, workflowId, version);
    if (!workflow) return undefined;
    const variables = checkWorkflow(workflow.document).variables.map(({ name, type, sensitive }) => ({
      name,
      type,
      sensitive,
    }));
    known.set(key, variables);
    const [oldest] = known.keys();
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
    return variables;
  };
}
