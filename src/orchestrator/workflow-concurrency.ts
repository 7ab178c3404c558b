import type { TenantId } from "../core/ids.ts";
import type { WorkflowRepository, WorkflowSummary } from "../persistence/index.ts";
import type { ConcurrencyRule, RepeatOptions } from "../queue/index.ts";

/** More jobs than are ever under way, and than any setting may allow: what the limit of a setting that was removed becomes. */
const LIFTED = 100_000;

/** The limit that all jobs of a workflow are under which bring none of their own. */
export function ruleOf(workflow: Pick<WorkflowSummary, "id" | "concurrency">): ConcurrencyRule | undefined {
  const { id, concurrency } = workflow;
  return concurrency && { key: keyOf(id), ...concurrency };
}

/** Lets go the jobs that wait under the setting of a workflow that has none any more. */
export function liftedRule(workflowId: string): ConcurrencyRule {
  return { key: keyOf(workflowId), limit: LIFTED, onLimit: "queue" };
}

/** True for the limit of a setting that was removed, which counts as none. */
export function isLifted(rule: ConcurrencyRule): boolean {
  return rule.limit >= LIFTED;
}

/** What jobs of a kind get when they are repeated; each kind is looked up once. */
export function createRepeatBook(
  workflows: Pick<WorkflowRepository, "summarize">,
  tenantId: TenantId,
): (kind: string) => Promise<RepeatOptions> {
  const known = new Map<string, Promise<RepeatOptions>>();
  const look = async (kind: string): Promise<RepeatOptions> => {
    const workflow = await workflows.summarize(tenantId, kind);
    const concurrency = workflow && ruleOf(workflow);
    return concurrency === undefined ? {} : { concurrency };
  };
  return (kind) => {
    const found = known.get(kind) ?? look(kind);
    known.set(kind, found);
    return found;
  };
}

function keyOf(workflowId: string): string {
  return `workflow/${workflowId}`;
}
