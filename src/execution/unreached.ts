import { ownValue } from "./own-values.ts";
import type { Plan, PlanNode } from "./plan.ts";
import type { RunStatus } from "./run-events.ts";
import type { RunState } from "./run-state.ts";

/** How a run ended, as far as it matters for what it did not reach. */
export interface Ending {
  readonly status: RunStatus;
  /** The node at which it ended before its time. */
  readonly at: string | undefined;
}

const ENDED: Readonly<Record<Exclude<RunStatus, "completed">, string>> = {
  failed: "the run failed",
  cancelled: "the run was cancelled",
  timed_out: "the run ran out of time",
};

/** Every node that never ran, with the reason; comments are none. */
export function unreachedNodes(
  plan: Plan,
  state: Pick<RunState, "reached" | "taken" | "flow">,
  ending: Ending,
): readonly { readonly node: string; readonly reason: string }[] {
  // Bypassed nodes and comments did not run, but the flow went through them.
  const passed = new Set([...state.reached, ...Object.keys(state.taken)]);
  const reached = new Set(state.reached);
  const sources = flowSources(plan);
  const open = new Set(state.flow.frames.flatMap((frame) => (frame.kind === "root" ? [] : [frame.node])));
  const missing = [...plan.nodes.values()].filter((node) => node.role !== "comment" && !reached.has(node.id));
  return missing.map((node) => ({
    node: node.id,
    reason: reasonFor(node, { plan, passed, open, sources, state, ending }),
  }));
}

interface Facts {
  readonly plan: Plan;
  readonly passed: ReadonlySet<string>;
  /** Blocks that the run was in when it ended: what they lead to was not decided yet. */
  readonly open: ReadonlySet<string>;
  readonly sources: ReadonlyMap<string, readonly Source[]>;
  readonly state: Pick<RunState, "taken">;
  readonly ending: Ending;
}

/** A flow output that leads to a node; no port for handlers, which their try leads to. */
interface Source {
  readonly node: string;
  readonly port: string | undefined;
}

function reasonFor(node: PlanNode, facts: Facts): string {
  const { plan, ending } = facts;
  if (node.disabled) return "it is disabled in the file (_disabled)";
  const unreachable = plan.unreachable.get(node.id);
  if (unreachable !== undefined) return unreachable;
  if (node.role === "data") return "no node that ran asked for its outputs";
  if (ending.status !== "completed" && couldComeAfter(node, facts)) {
    return `${ENDED[ending.status]}${ending.at === undefined ? "" : ` at ${ending.at}`} before it`;
  }
  return firstUntaken(node, facts) ?? "a break, a continue or an error left its block before it";
}

/** Would the flow have gone there, had the run not ended where it did? */
function couldComeAfter(node: PlanNode, facts: Facts): boolean {
  const { plan, ending } = facts;
  if (ending.at === undefined || plan.leadsTo(ending.at, node.id)) return true;
  return firstUntaken(node, facts) === undefined;
}

/** Walks back to the nearest node that ran, and tells which way it did not take. */
function firstUntaken(node: PlanNode, facts: Facts): string | undefined {
  const seen = new Set([node.id]);
  let reason: string | undefined;
  for (const id of seen) {
    for (const source of facts.sources.get(id) ?? []) {
      if (!facts.passed.has(source.node)) {
        seen.add(source.node);
        continue;
      }
      const untaken = untakenReason(source, facts);
      if (untaken === undefined) return undefined;
      reason ??= untaken;
    }
  }
  return reason;
}

/** Undefined when that way was taken. */
function untakenReason({ node: id, port }: Source, { plan, state, open }: Facts): string | undefined {
  if (open.has(id)) return undefined;
  const node = plan.nodes.get(id);
  if (port === undefined) return `nothing failed in ${id} that it takes`;
  if (ownValue(state.taken, id)?.includes(port)) return undefined;
  const { structure, errorOutput, execOutputs } = node?.definition ?? {};
  if (port === errorOutput) return `${id} did not fail, so its ${port} was never taken`;
  if (structure === "for" || structure === "while") {
    return port === "body" ? `the body of ${id} was never entered` : `${port} of ${id} was never taken`;
  }
  const isBranch = (execOutputs?.length ?? 0) > 1 || node?.definition.dynamicExecOutputs !== undefined;
  return isBranch ? `branch ${port} of ${id} was never taken` : `${port} of ${id} was never taken`;
}

function flowSources(plan: Plan): ReadonlyMap<string, readonly Source[]> {
  const sources = new Map<string, Source[]>();
  const add = (target: string, source: Source): void => {
    sources.set(target, [...(sources.get(target) ?? []), source]);
  };
  for (const node of plan.nodes.values()) {
    for (const [port, targets] of node.flow) {
      for (const target of targets) if (!isHandler(plan, target)) add(target, { node: node.id, port });
    }
    if (isHandler(plan, node.id)) add(node.id, { node: node.pairs.try ?? "", port: undefined });
  }
  return sources;
}

/** Only their try enters them; flow that leads to them just ends there. */
function isHandler(plan: Plan, id: string): boolean {
  return plan.nodes.get(id)?.pairs.try !== undefined;
}
