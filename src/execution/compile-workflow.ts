import { createHash } from "node:crypto";
import { checkFlow } from "./check-flow.ts";
import { compileConfigs } from "./compile-config.ts";
import { connectDrafts } from "./compile-connections.ts";
import { draftNodes } from "./compile-nodes.ts";
import { type Draft, type Drafts, label } from "./draft.ts";
import { flowGraph, reachability } from "./flow-graph.ts";
import type { WorkflowIssue } from "./issue.ts";
import { createIssueList, type IssueList } from "./issue-list.ts";
import { didYouMean } from "./near-name.ts";
import { ownValue } from "./own-values.ts";
import { pairScopes, reportUnpaired } from "./pairing.ts";
import type { Plan, PlanNode } from "./plan.ts";
import type { NodeRegistry } from "./registry.ts";
import { assignRoles, findEntries } from "./roles.ts";
import { findUnreachable } from "./unreachable.ts";
import type { WorkflowFile } from "./workflow-file.ts";

/** A plan, or undefined when any issue is an error. */
export interface CompiledWorkflow {
  readonly plan: Plan | undefined;
  readonly issues: readonly WorkflowIssue[];
}

/**
 * Turns a file into a plan that can run, once; any number of runs share it.
 *
 * @returns all problems at once, with node, port, place and a suggestion; throws nothing.
 */
export function compileWorkflow(file: WorkflowFile, registry: NodeRegistry): CompiledWorkflow {
  const issues = createIssueList();
  const drafts = draftNodes(file, registry, issues);
  connectDrafts(file, drafts, issues);
  compileConfigs(drafts, issues);
  assignRoles(drafts);
  const entries = findEntries(drafts);
  pairScopes(drafts, entries, issues);
  if (drafts.size === file.nodes.size) reportUnpaired(drafts, issues);
  const graph = flowGraph(drafts);
  checkFlow(drafts, graph, issues);
  const unreachable = findUnreachable(drafts, entries, graph);
  reportReach({ drafts, entries, unreachable, file }, issues);
  reportReferences(drafts, file, issues);
  if (issues.hasErrors) return { plan: undefined, issues: issues.all };
  const plan: Plan = {
    name: file.metadata.name,
    fingerprint: fingerprintOf(file),
    nodes: new Map([...drafts].map(([id, draft]) => [id, planNode(draft)])),
    entries,
    variables: file.variables,
    settings: file.settings,
    needs: needsOf(drafts, unreachable),
    expressions: expressionsOf(drafts),
    unreachable,
    leadsTo: reachability(graph),
  };
  return { plan, issues: issues.all };
}

function planNode(draft: Draft): PlanNode {
  const { id, definition, role, disabled, values, inputs, flow, flowOutputs, dataSources, pairs } = draft;
  return { id, definition, role, disabled, config: values, inputs, flow, flowOutputs, dataSources, pairs };
}

function expressionsOf(drafts: Drafts): Plan["expressions"] {
  const values = [...drafts.values()].flatMap((draft) => [...draft.values.values()]);
  return new Map(values.flatMap((value) => (value.kind === "expression" ? [[value.text, value.expression]] : [])));
}

function needsOf(drafts: Drafts, unreachable: ReadonlyMap<string, string>): readonly string[] {
  const running = [...drafts.values()].filter(
    (draft) => !draft.disabled && draft.role !== "comment" && !unreachable.has(draft.id),
  );
  return [...new Set(running.flatMap((draft) => draft.definition.needs))].toSorted();
}

/** The same for two files that run the same; names, positions and descriptions do not count. */
function fingerprintOf(file: WorkflowFile): string {
  const nodes = [...file.nodes.values()].map(({ id, type, config }) => [id, type, config]);
  const connections = file.connections.map((c) => [c.sourceNode, c.sourcePort, c.targetNode, c.targetPort]);
  const variables = [...file.variables.values()].map((v) => [v.name, v.type, v.readonly]);
  const { stopOnError, nodeTimeoutMs, retryCount } = file.settings;
  const text = JSON.stringify([nodes, connections, variables, [stopOnError, nodeTimeoutMs, retryCount]]);
  return createHash("sha256").update(text).digest("hex");
}

function reportReach(
  result: {
    readonly drafts: Drafts;
    readonly entries: readonly string[];
    readonly unreachable: ReadonlyMap<string, string>;
    readonly file: WorkflowFile;
  },
  issues: IssueList,
): void {
  const { drafts, entries, unreachable, file } = result;
  // Around nodes of unknown type nothing can be told.
  if (drafts.size < file.nodes.size) return;
  if (file.nodes.size === 0 || [...drafts.values()].every((draft) => draft.role === "comment")) {
    issues.error("WORKFLOW_EMPTY", "The workflow has no node that runs", { path: "nodes", suggestion: "add nodes" });
    return;
  }
  if (entries.length === 0) {
    issues.error("WORKFLOW_ENTRY_MISSING", "The flow starts nowhere: every node waits for another one", {
      path: "nodes",
      suggestion: "add a StartNode and connect it with the first step",
    });
    return;
  }
  for (const [id, reason] of unreachable) {
    const draft = drafts.get(id);
    if (draft === undefined || draft.disabled) continue;
    issues.warning("WORKFLOW_NODE_UNREACHABLE", `${label(draft)} will never run: ${reason}`, {
      node: id,
      suggestion: "connect it, or remove it",
    });
  }
}

/** References to outputs that a node does not have. What a variable holds is known only when it runs. */
function reportReferences(drafts: Drafts, file: WorkflowFile, issues: IssueList): void {
  for (const draft of drafts.values()) {
    for (const { head, member } of draft.references) {
      const node = file.variables.has(head) ? undefined : drafts.get(head)?.definition;
      if (node === undefined || member === undefined || Object.hasOwn(node.outputs, "*")) continue;
      const meant = ownValue(node.portAliases ?? {}, member) ?? member;
      if (Object.hasOwn(node.outputs, meant) || ERROR_OUTPUTS.has(member)) continue;
      const names = Object.keys(node.outputs);
      issues.warning(
        "WORKFLOW_REFERENCE_UNKNOWN",
        `${label(draft)} refers to ${head}.${member}, but ${node.type} has ${names.length === 0 ? "no outputs" : `only ${names.join(", ")}`}`,
        { node: draft.id, path: `nodes.${draft.id}.config`, suggestion: didYouMean(member, names) },
      );
    }
  }
}

/** Set by the engine when a node fails and its error port is taken. */
const ERROR_OUTPUTS: ReadonlySet<string> = new Set(["error", "error_message", "error_code"]);
