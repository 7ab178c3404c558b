import type { Plan } from "./plan.ts";
import type { RunState } from "./run-state.ts";

/** Share of the flow nodes that can run and have run, in [0, 1). The last step to 1 is the end of the run itself. */
export function progressOf(plan: Plan, state: Pick<RunState, "reached">): number {
  const total = countFlowNodes(plan);
  const done = state.reached.filter((id) => counts(plan, id)).length;
  return total === 0 ? 0 : Math.min(done / total, 0.99);
}

/** Flow nodes that are neither disabled nor out of reach. */
export function countFlowNodes(plan: Plan): number {
  return [...plan.nodes.keys()].filter((id) => counts(plan, id)).length;
}

function counts(plan: Plan, id: string): boolean {
  const node = plan.nodes.get(id);
  return node?.role === "flow" && !node.disabled && !plan.unreachable.has(id);
}
