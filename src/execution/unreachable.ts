import { type Drafts, targetsOf } from "./draft.ts";
import { type FlowGraph, reachableFrom } from "./flow-graph.ts";

/** Nodes that can never run, with the reason. Comments and disabled nodes are not counted. */
export function findUnreachable(
  drafts: Drafts,
  entries: readonly string[],
  graph: FlowGraph,
): ReadonlyMap<string, string> {
  const reached = reachableFrom(entries, graph);
  addAskedFor(reached, drafts);
  const reasons = new Map<string, string>();
  for (const draft of drafts.values()) {
    if (reached.has(draft.id) || draft.role === "comment") continue;
    reasons.set(draft.id, reasonFor(draft.id, drafts, graph));
  }
  return reasons;
}

/** Data nodes run when a node asks that runs itself. */
function addAskedFor(reached: Set<string>, drafts: Drafts): void {
  for (const id of reached) for (const source of drafts.get(id)?.dataSources ?? []) reached.add(source);
}

function reasonFor(id: string, drafts: Drafts, graph: FlowGraph): string {
  const draft = drafts.get(id);
  if (draft?.role === "data") return "no node that runs asks for its outputs";
  const passed = graph.unfollowed.get(id);
  if (passed !== undefined) {
    return `exec_out of ${passed.end} is not followed, because completed of ${passed.start} is connected`;
  }
  const sources = [...(draft?.flowSources ?? [])];
  if (sources.length > 0) return `it is only reached from ${sources.slice(0, 3).join(", ")}, which cannot be reached`;
  const { structure } = draft?.definition ?? {};
  if (structure === "catch" || structure === "finally") return "it belongs to no try that can be reached";
  if (structure === "for-end" || structure === "while-end") return "no loop's body leads to it";
  const outgoing =
    draft === undefined ? [] : [...draft.flow.keys()].filter((port) => targetsOf(draft, port).length > 0);
  return outgoing.length > 0
    ? "nothing leads to it: its exec_in is not connected, and the flow starts at the StartNode"
    : "it is not connected to the start";
}
