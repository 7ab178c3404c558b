import { type Draft, type Drafts, targetsOf } from "./draft.ts";
import type { NodeStructure } from "./node-definition.ts";

const COMMENT_TYPE = "CommentNode";

/** Entered by the engine, never by being the first. */
const NO_ENTRY: ReadonlySet<NodeStructure> = new Set(["for-end", "while-end", "catch", "finally"]);

/** Decides for every node whether the flow runs it, consumers ask for it, or nobody does. */
export function assignRoles(drafts: Drafts): void {
  const consumed = consumedNodes(drafts);
  for (const draft of drafts.values()) {
    const { type, structure, effect } = draft.definition;
    const isWired = draft.flowSources.size > 0 || draft.flow.size > 0;
    if (type === COMMENT_TYPE) draft.role = "comment";
    else if (!isWired && structure === "step" && effect === "none" && consumed.has(draft.id)) draft.role = "data";
  }
  for (const draft of drafts.values()) draft.dataSources = dataSourcesOf(draft, drafts);
}

/** Nodes whose outputs somebody reads: over a connection, or by `{{node.port}}`. */
function consumedNodes(drafts: Drafts): ReadonlySet<string> {
  const consumed = new Set<string>();
  for (const draft of drafts.values()) {
    for (const source of draft.inputs.values()) consumed.add(source.node);
    for (const { head, member } of draft.references) {
      if (member !== undefined && head !== draft.id) consumed.add(head);
    }
  }
  return consumed;
}

function dataSourcesOf(draft: Draft, drafts: Drafts): readonly string[] {
  const asked = [
    ...[...draft.inputs.values()].map((source) => source.node),
    ...draft.references.map(({ head }) => head),
  ];
  return [...new Set(asked)].filter((id) => id !== draft.id && drafts.get(id)?.role === "data");
}

/**
 * Where the flow starts: at the StartNodes; without one, at every node that no flow leads to, in the order of the file.
 */
export function findEntries(drafts: Drafts): readonly string[] {
  const all = [...drafts.values()];
  const starts = all.filter((draft) => draft.definition.structure === "start");
  const entries = starts.length > 0 ? starts : all.filter(isEntry);
  return entries.map((draft) => draft.id);
}

function isEntry(draft: Draft): boolean {
  if (draft.flowSources.size > 0 || NO_ENTRY.has(draft.definition.structure)) return false;
  if (draft.role === "comment") return [...draft.flow.keys()].some((port) => targetsOf(draft, port).length > 0);
  return draft.role === "flow";
}
