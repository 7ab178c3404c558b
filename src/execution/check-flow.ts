import { type Draft, type Drafts, label, targetsOf } from "./draft.ts";
import { type FlowGraph, reachableFrom } from "./flow-graph.ts";
import type { IssueList } from "./issue-list.ts";
import { circles } from "./strong-components.ts";

/** Checks the shape of the whole: circles, loops around breaks, parameters that scopes cannot do without. */
export function checkFlow(drafts: Drafts, graph: FlowGraph, issues: IssueList): void {
  for (const circle of circles(graph.nodes, graph.successors)) {
    issues.error("WORKFLOW_FLOW_CYCLE", `The flow runs in a circle: ${nameCircle(circle)}`, {
      node: circle[0],
      suggestion: "repeat steps with a loop's start and end; the end needs no connection back",
    });
  }
  const bodies = loopBodies(drafts, graph);
  checkDataCircles(drafts, bodies, issues);
  for (const draft of drafts.values()) {
    if (draft.disabled) continue;
    checkJump(draft, bodies, issues);
    checkScope(draft, issues);
  }
}

function nameCircle(circle: readonly string[]): string {
  const shown = circle.slice(0, 10).join(", ");
  return circle.length > 10 ? `${shown} and ${circle.length - 10} more` : shown;
}

/** By loop start, itself and all nodes that its body may reach. */
function loopBodies(drafts: Drafts, graph: FlowGraph): ReadonlyMap<string, ReadonlySet<string>> {
  const loops = [...drafts.values()].filter(
    ({ definition: { structure } }) => structure === "for" || structure === "while",
  );
  return new Map(loops.map((loop) => [loop.id, reachableFrom(targetsOf(loop, "body"), graph).add(loop.id)]));
}

/**
 * Nodes that wait for each other's data. Inside of one loop that is no mistake: they then use what the round before left.
 */
function checkDataCircles(drafts: Drafts, bodies: ReadonlyMap<string, ReadonlySet<string>>, issues: IssueList): void {
  const sourcesOf = (id: string): readonly string[] => {
    const draft = drafts.get(id);
    return draft === undefined ? [] : [...[...draft.inputs.values()].map(({ node }) => node), ...draft.dataSources];
  };
  for (const circle of circles(drafts.keys(), sourcesOf)) {
    const steps = circle.filter((id) => drafts.get(id)?.role === "flow");
    const isFeedback = steps.length > 0 && [...bodies.values()].some((body) => steps.every((id) => body.has(id)));
    if (isFeedback) continue;
    issues.error("WORKFLOW_DATA_CYCLE", `These nodes wait for each other's data: ${nameCircle(circle)}`, {
      node: circle[0],
      suggestion: "cut one of the data connections; keep a value between rounds in a variable",
    });
  }
}

function checkJump(draft: Draft, bodies: ReadonlyMap<string, ReadonlySet<string>>, issues: IssueList): void {
  const { structure } = draft.definition;
  if (structure !== "break" && structure !== "continue") return;
  const loops = draft.pairs.start === undefined ? [...bodies.values()] : [bodies.get(draft.pairs.start)];
  if (loops.some((body) => body?.has(draft.id))) return;
  const loop = draft.pairs.start === undefined ? "any loop" : `the loop ${draft.pairs.start}`;
  issues.error("WORKFLOW_LOOP_MISSING", `${label(draft)} lies outside of the body of ${loop}`, {
    node: draft.id,
    suggestion: "lead the loop's body to it, or remove it",
  });
}

function checkScope(draft: Draft, issues: IssueList): void {
  if (draft.definition.structure === "for") checkFor(draft, issues);
  if (draft.definition.structure === "while") checkWhile(draft, issues);
}

function checkFor(draft: Draft, issues: IssueList): void {
  const mode = draft.values.get("mode");
  if (mode?.kind === "template") return;
  if (mode?.kind === "static" && mode.value === "range") {
    const step = draft.values.get("step");
    if (step?.kind !== "static" || Number(step.value) !== 0 || step.value === "" || step.value === null) return;
    issues.error("WORKFLOW_RANGE_INVALID", `${label(draft)} has step 0 and would never end`, {
      node: draft.id,
      port: "step",
      path: `nodes.${draft.id}.config.step`,
      suggestion: "use a positive step, or a negative one to count down",
    });
    return;
  }
  if (isGiven(draft, "items") || isGiven(draft, "list_var")) return;
  issues.error("WORKFLOW_CONFIG_MISSING", `${label(draft)} has nothing to go through`, {
    node: draft.id,
    port: "items",
    path: `nodes.${draft.id}.config.items`,
    suggestion: "set items or list_var, connect items, or use mode range with start and end",
  });
}

function checkWhile(draft: Draft, issues: IssueList): void {
  if (isGiven(draft, "condition") || isGiven(draft, "expression")) return;
  issues.error("WORKFLOW_CONFIG_MISSING", `${label(draft)} has no condition`, {
    node: draft.id,
    port: "condition",
    path: `nodes.${draft.id}.config.condition`,
    suggestion: "set condition or expression, or connect condition",
  });
}

function isGiven(draft: Draft, key: string): boolean {
  if (draft.inputs.has(key)) return true;
  // A value that could not be compiled was reported for itself.
  if (draft.config.has(key) && !draft.values.has(key)) return true;
  const value = draft.values.get(key);
  if (value?.kind !== "static") return value !== undefined;
  return value.value !== null && !(typeof value.value === "string" && value.value.trim() === "");
}
