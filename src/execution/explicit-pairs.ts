import { type Draft, type Drafts, label } from "./draft.ts";
import type { IssueList } from "./issue-list.ts";
import { didYouMean } from "./near-name.ts";
import type { NodeStructure } from "./node-definition.ts";

/** Which config key names the partner, and what the partner has to be. */
const PAIR_KEYS: readonly {
  readonly of: NodeStructure;
  readonly key: string;
  readonly partner: readonly NodeStructure[];
}[] = [
  { of: "for-end", key: "paired_start_id", partner: ["for"] },
  { of: "while-end", key: "paired_start_id", partner: ["while"] },
  { of: "break", key: "paired_loop_start_id", partner: ["for", "while"] },
  { of: "continue", key: "paired_loop_start_id", partner: ["for", "while"] },
  { of: "catch", key: "paired_try_id", partner: ["try"] },
  { of: "finally", key: "paired_try_id", partner: ["try"] },
  { of: "try", key: "paired_catch_id", partner: ["catch"] },
  { of: "try", key: "paired_finally_id", partner: ["finally"] },
];

/** Files every pairing that the config tells, and reports ids that name no fitting node. */
export function pairExplicitly(drafts: Drafts, issues: IssueList): void {
  for (const draft of drafts.values()) {
    for (const { of, key, partner } of PAIR_KEYS) {
      if (draft.definition.structure !== of) continue;
      const found = findPartner(draft, { key, partner }, drafts, issues);
      if (found !== undefined) pair(draft, found, issues);
    }
  }
}

// Three parameters and the list of issues.
function findPartner(
  draft: Draft,
  pairing: { readonly key: string; readonly partner: readonly NodeStructure[] },
  drafts: Drafts,
  issues: IssueList,
): Draft | undefined {
  const id = draft.config.get(pairing.key);
  if (id === undefined || id === null || id === "") return undefined;
  const found = typeof id === "string" ? drafts.get(id) : undefined;
  if (found !== undefined && pairing.partner.includes(found.definition.structure)) return found;
  const fitting = [...drafts.values()].filter((other) => pairing.partner.includes(other.definition.structure));
  const names = fitting.map((other) => other.id);
  const named = typeof id === "string" ? id.slice(0, 256) : "no node id";
  const problem = found === undefined ? "which does not exist" : `which is ${label(found)}`;
  issues.error("WORKFLOW_PAIRING_INVALID", `${label(draft)}: ${pairing.key} is ${named}, ${problem}`, {
    node: draft.id,
    port: pairing.key,
    path: `nodes.${draft.id}.config.${pairing.key}`,
    suggestion:
      (typeof id === "string" ? didYouMean(id, names) : undefined) ??
      (names.length === 0 ? "remove the parameter" : `it may be ${names.slice(0, 10).join(", ")}`),
  });
  return undefined;
}

function pair(draft: Draft, partner: Draft, issues: IssueList): void {
  const { structure } = draft.definition;
  if (structure === "try") pairHandler(draft, partner, issues);
  else if (structure === "catch" || structure === "finally") pairHandler(partner, draft, issues);
  else draft.pairs = { ...draft.pairs, start: partner.id };
  if (structure !== "for-end" && structure !== "while-end") return;
  partner.pairs = { ...partner.pairs, ends: [...(partner.pairs.ends ?? []), draft.id] };
}

function pairHandler(owner: Draft, handler: Draft, issues: IssueList): void {
  if (handler.pairs.try === owner.id) return;
  if (handler.pairs.try !== undefined) {
    conflict(handler, [handler.pairs.try, owner.id], issues);
    return;
  }
  handler.pairs = { ...handler.pairs, try: owner.id };
  if (handler.definition.structure === "catch") {
    owner.pairs = { ...owner.pairs, catches: [...(owner.pairs.catches ?? []), handler.id] };
    return;
  }
  if (owner.pairs.finally !== undefined) conflict(owner, [owner.pairs.finally, handler.id], issues);
  owner.pairs = { ...owner.pairs, finally: handler.id };
}

function conflict(node: Draft, partners: readonly string[], issues: IssueList): void {
  issues.error("WORKFLOW_PAIRING_INVALID", `${label(node)} is paired with ${partners.join(" and with ")}`, {
    node: node.id,
    path: `nodes.${node.id}.config`,
    suggestion: "keep one of the two pairings",
  });
}
