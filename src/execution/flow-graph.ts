import { type Draft, type Drafts, targetsOf } from "./draft.ts";

/**
 * Where the flow may go from each node, scopes included: a try leads to its handlers, a loop that is over to what is
 * behind its end.
 */
export interface FlowGraph {
  readonly nodes: readonly string[];
  readonly successors: (node: string) => readonly string[];
  /** Connected, but never followed: the exec_out of a loop end whose start has its `completed` connected. */
  readonly unfollowed: ReadonlyMap<string, { readonly end: string; readonly start: string }>;
}

export function flowGraph(drafts: Drafts): FlowGraph {
  const next = new Map<string, readonly string[]>();
  const unfollowed = new Map<string, { readonly end: string; readonly start: string }>();
  for (const draft of drafts.values()) {
    const start = draft.pairs.start === undefined ? undefined : drafts.get(draft.pairs.start);
    if (start !== undefined && isEnd(draft) && targetsOf(start, "completed").length > 0) {
      next.set(draft.id, []);
      for (const target of targetsOf(draft, "exec_out")) unfollowed.set(target, { end: draft.id, start: start.id });
      continue;
    }
    next.set(draft.id, [...new Set([...[...draft.flow.values()].flat(), ...scopeTargets(draft, drafts)])]);
  }
  return { nodes: [...drafts.keys()], successors: (node) => next.get(node) ?? [], unfollowed };
}

function isEnd(draft: Draft): boolean {
  return draft.definition.structure === "for-end" || draft.definition.structure === "while-end";
}

function scopeTargets(draft: Draft, drafts: Drafts): readonly string[] {
  const { catches = [], ends = [] } = draft.pairs;
  const own = draft.pairs.finally === undefined ? [] : [draft.pairs.finally];
  const { structure } = draft.definition;
  if (structure === "try") return [...catches, ...own];
  if (structure === "catch") {
    const block = draft.pairs.try === undefined ? undefined : drafts.get(draft.pairs.try)?.pairs.finally;
    return block === undefined ? [] : [block];
  }
  const isLoop = structure === "for" || structure === "while";
  return isLoop && targetsOf(draft, "completed").length === 0 ? behindEnds(ends, drafts) : [];
}

function behindEnds(ends: readonly string[], drafts: Drafts): readonly string[] {
  return ends.flatMap((id) => {
    const end = drafts.get(id);
    return end === undefined ? [] : targetsOf(end, "exec_out");
  });
}

/** Everything the flow may reach from the given nodes, themselves included. */
export function reachableFrom(starts: Iterable<string>, graph: FlowGraph): Set<string> {
  const reached = new Set(starts);
  // A set that grows while it is walked hands out the new members too.
  for (const node of reached) for (const next of graph.successors(node)) reached.add(next);
  return reached;
}

/**
 * Answers "does the flow lead from a to b?" at once, for a graph without circles.
 *
 * One row of bits per node: a thousand nodes take 125 kB.
 */
export function reachability(graph: FlowGraph): (from: string, to: string) => boolean {
  const index = new Map(graph.nodes.map((node, i) => [node, i]));
  const words = Math.ceil(graph.nodes.length / 32);
  const rows = new Map<string, Uint32Array>();
  for (const node of leavesFirst(graph)) {
    const row = new Uint32Array(words);
    for (const next of graph.successors(node)) {
      const bit = index.get(next) ?? 0;
      row[bit >>> 5] = (row[bit >>> 5] ?? 0) | (1 << (bit & 31));
      for (const [word, bits] of rows.get(next)?.entries() ?? []) row[word] = (row[word] ?? 0) | bits;
    }
    rows.set(node, row);
  }
  return (from, to) => {
    const bit = index.get(to);
    return bit !== undefined && (((rows.get(from)?.[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
  };
}

/** Every node behind all that it leads to. */
function leavesFirst(graph: FlowGraph): readonly string[] {
  const ordered: string[] = [];
  const seen = new Set<string>();
  for (const start of graph.nodes) {
    if (seen.has(start)) continue;
    seen.add(start);
    const path = [{ node: start, rest: graph.successors(start)[Symbol.iterator]() }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.next();
      if (next.done === true) {
        ordered.push(top.node);
        path.pop();
      } else if (!seen.has(next.value)) {
        seen.add(next.value);
        path.push({ node: next.value, rest: graph.successors(next.value)[Symbol.iterator]() });
      }
    }
  }
  return ordered;
}
