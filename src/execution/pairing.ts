import { type Draft, type Drafts, label, targetsOf } from "./draft.ts";
import { pairExplicitly } from "./explicit-pairs.ts";
import type { IssueList } from "./issue-list.ts";
import { neverReached } from "./never.ts";

/** A block that is open at some place of the flow, outermost first in a list. */
interface Scope {
  readonly start: Draft;
  /** A try whose catch was passed: only its finally may still come. */
  readonly isCaught: boolean;
}

type Scopes = readonly Scope[];

interface Visit {
  readonly node: Draft;
  readonly scopes: Scopes;
}

/**
 * Pairs loop starts with their ends, and tries with their catches and finallys.
 *
 * Ids in the config count. Where none is given, the flow is walked from its entries with the blocks that are open: an end
 * belongs to the innermost open loop of its kind, a catch or finally to the innermost open try.
 */
export function pairScopes(drafts: Drafts, entries: readonly string[], issues: IssueList): void {
  pairExplicitly(drafts, issues);
  const walk = createWalk(drafts, issues);
  walk.from(entries.flatMap((id) => drafts.get(id) ?? []).map((node) => ({ node, scopes: [] })));
  pairLoners(drafts, walk, issues);
}

interface Walk {
  from(visits: readonly Visit[]): void;
}

function createWalk(drafts: Drafts, issues: IssueList): Walk {
  const visited = new Set<string>();

  const visitsOf = (node: Draft, port: string, scopes: Scopes): readonly Visit[] =>
    targetsOf(node, port).flatMap((id) => {
      const target = drafts.get(id);
      return target === undefined ? [] : [{ node: target, scopes }];
    });
  const allVisits = (node: Draft, scopes: Scopes, except?: string): readonly Visit[] =>
    [...node.flow.keys()].filter((port) => port !== except).flatMap((port) => visitsOf(node, port, scopes));

  function next({ node, scopes }: Visit): readonly Visit[] {
    const { structure } = node.definition;
    switch (structure) {
      case "for":
      case "while":
        return [
          ...visitsOf(node, "body", [...scopes, { start: node, isCaught: false }]),
          ...allVisits(node, scopes, "body"),
        ];
      case "for-end":
      case "while-end":
        return allVisits(node, closeLoop(node, scopes, issues));
      case "try": {
        const body = node.flow.has("try_body") ? "try_body" : "exec_out";
        const open = [...scopes, { start: node, isCaught: false }];
        return [...visitsOf(node, body, open), ...allVisits(node, scopes, body), ...handlersOf(node, scopes, drafts)];
      }
      case "catch": {
        const outer = closeTry(node, scopes, issues);
        const owner = node.pairs.try === undefined ? undefined : drafts.get(node.pairs.try);
        const inner = owner === undefined ? outer : [...outer, { start: owner, isCaught: true }];
        return allVisits(node, inner);
      }
      case "finally":
        return allVisits(node, closeTry(node, scopes, issues));
      case "step":
      case "start":
      case "end":
      case "break":
      case "continue":
        return allVisits(node, scopes);
    }
    return neverReached(structure);
  }

  return {
    from(visits) {
      const waiting = [...visits];
      for (let visit = waiting.shift(); visit !== undefined; visit = waiting.shift()) {
        if (visited.has(visit.node.id)) continue;
        visited.add(visit.node.id);
        waiting.push(...next(visit));
      }
    },
  };
}

/** Catches and finallys that are paired already need not be wired to be reached. */
function handlersOf(node: Draft, scopes: Scopes, drafts: Drafts): readonly Visit[] {
  const ids = [...(node.pairs.catches ?? []), ...(node.pairs.finally === undefined ? [] : [node.pairs.finally])];
  return ids.flatMap((id) => {
    const handler = drafts.get(id);
    return handler === undefined ? [] : [{ node: handler, scopes: [...scopes, { start: node, isCaught: false }] }];
  });
}

function closeLoop(end: Draft, scopes: Scopes, issues: IssueList): Scopes {
  const wanted = end.definition.structure === "for-end" ? "for" : "while";
  if (end.pairs.start === undefined) {
    const start = scopes.findLast((scope) => scope.start.definition.structure === wanted)?.start;
    if (start === undefined) return scopes;
    end.pairs = { ...end.pairs, start: start.id };
    start.pairs = { ...start.pairs, ends: [...(start.pairs.ends ?? []), end.id] };
    noteInferred(end, start, issues);
  }
  return before(scopes, end.pairs.start);
}

function closeTry(handler: Draft, scopes: Scopes, issues: IssueList): Scopes {
  if (handler.pairs.try === undefined) {
    const tries = scopes.filter((scope) => scope.start.definition.structure === "try");
    const isCatch = handler.definition.structure === "catch";
    const open = tries.filter(({ start, isCaught }) => (isCatch ? !isCaught : start.pairs.finally === undefined));
    const owner = (open.at(-1) ?? (isCatch ? tries.at(-1) : undefined))?.start;
    if (owner === undefined) return scopes;
    adopt(owner, handler, issues);
  }
  return before(scopes, handler.pairs.try);
}

function adopt(owner: Draft, handler: Draft, issues: IssueList): void {
  handler.pairs = { ...handler.pairs, try: owner.id };
  owner.pairs =
    handler.definition.structure === "catch"
      ? { ...owner.pairs, catches: [...(owner.pairs.catches ?? []), handler.id] }
      : { ...owner.pairs, finally: handler.id };
  noteInferred(handler, owner, issues);
}

/** The blocks around the one that `start` opened. */
function before(scopes: Scopes, start: string | undefined): Scopes {
  const index = scopes.findLastIndex((scope) => scope.start.id === start);
  return index < 0 ? scopes : scopes.slice(0, index);
}

/** A catch that nothing leads to belongs to the only try without one; the same for a finally. */
function pairLoners(drafts: Drafts, walk: Walk, issues: IssueList): void {
  const all = [...drafts.values()];
  for (const kind of ["catch", "finally"] as const) {
    const loners = all.filter((draft) => draft.definition.structure === kind && draft.pairs.try === undefined);
    const owners = all.filter(({ definition, pairs }) => {
      return definition.structure === "try" && (kind === "catch" ? pairs.catches : pairs.finally) === undefined;
    });
    const [loner] = loners;
    const [owner] = owners;
    if (loner === undefined || owner === undefined || loners.length > 1 || owners.length > 1) continue;
    if (loner.flowSources.size > 0) continue;
    adopt(owner, loner, issues);
    walk.from([{ node: loner, scopes: [{ start: owner, isCaught: false }] }]);
  }
}

function noteInferred(node: Draft, partner: Draft, issues: IssueList): void {
  issues.note("WORKFLOW_PAIRING_INFERRED", `${label(node)} belongs to ${label(partner)}, as the flow tells`, {
    node: node.id,
  });
}

/** Warns of ends and handlers that belong to nothing. */
export function reportUnpaired(drafts: Drafts, issues: IssueList): void {
  for (const draft of drafts.values()) warnIfUnpaired(draft, issues);
}

function warnIfUnpaired(draft: Draft, issues: IssueList): void {
  const { structure } = draft.definition;
  const isEnd = structure === "for-end" || structure === "while-end";
  const isHandler = structure === "catch" || structure === "finally";
  if (isEnd && draft.pairs.start === undefined) {
    issues.warning("WORKFLOW_PAIRING_MISSING", `${label(draft)} ends no loop; the flow just passes through it`, {
      node: draft.id,
      suggestion: "set paired_start_id to the loop's start, or lead the loop's body to it",
    });
  }
  if (isHandler && draft.pairs.try === undefined) {
    issues.warning("WORKFLOW_PAIRING_MISSING", `${label(draft)} belongs to no try, so it handles nothing`, {
      node: draft.id,
      suggestion: "set paired_try_id to the try, or lead the try's body to it",
    });
  }
}
