import { isJsonObject, type JsonObject, type JsonValue } from "../core/json.ts";
import type { IssueList } from "./issue-list.ts";
import type { WorkflowNode } from "./workflow-file.ts";
import type { WorkflowLimits } from "./workflow-limits.ts";

/** `nodes`: an object of nodes by id. */
export function parseNodes(
  raw: JsonValue | undefined,
  limits: WorkflowLimits,
  issues: IssueList,
): ReadonlyMap<string, WorkflowNode> {
  const nodes = new Map<string, WorkflowNode>();
  if (!isJsonObject(raw)) {
    issues.error("WORKFLOW_NODES_MISSING", "The file has no nodes", {
      path: "nodes",
      suggestion: "a workflow file has an object `nodes` with a node under each id",
    });
    return nodes;
  }
  const entries = Object.entries(raw);
  if (entries.length > limits.nodes) {
    issues.error("WORKFLOW_TOO_MANY_NODES", `The file has ${entries.length} nodes; ${limits.nodes} are allowed`, {
      path: "nodes",
      suggestion: "split the workflow",
    });
    return nodes;
  }
  for (const [id, value] of entries) {
    const node = parseNode(id, value, limits, issues);
    if (node !== undefined) nodes.set(id, node);
  }
  return nodes;
}

// Three parameters and the list of issues they all write to.
function parseNode(id: string, raw: JsonValue, limits: WorkflowLimits, issues: IssueList): WorkflowNode | undefined {
  const path = `nodes.${id.slice(0, limits.idLength)}`;
  if (id.trim() === "" || id.length > limits.idLength) {
    issues.error("WORKFLOW_ID_INVALID", `A node id must have 1 to ${limits.idLength} characters`, { path });
    return undefined;
  }
  if (!isJsonObject(raw)) {
    issues.error("WORKFLOW_NODE_INVALID", "A node must be an object with node_type and config", { node: id, path });
    return undefined;
  }
  const { node_id: nodeId, node_type: type, config, name, ...rest } = raw as Record<string, JsonValue>;
  if (nodeId !== undefined && nodeId !== id) {
    issues.warning("WORKFLOW_NODE_ID_MISMATCH", "node_id differs from the key of the node; the key counts", {
      node: id,
      path: `${path}.node_id`,
      suggestion: "set node_id to the key, or leave it out",
    });
  }
  if (typeof type !== "string" || type.trim() === "" || type.length > limits.idLength) {
    issues.error("WORKFLOW_NODE_INVALID", "A node must name its node_type", {
      node: id,
      path: `${path}.node_type`,
      suggestion: "set node_type to a type of the node catalogue",
    });
    return undefined;
  }
  if (config !== undefined && config !== null && !isJsonObject(config)) {
    issues.error("WORKFLOW_NODE_INVALID", "config must be an object", { node: id, path: `${path}.config` });
    return undefined;
  }
  return { id, type, config: config ?? {}, ...namedOrNot(name, rest) };
}

/** A name that is no text is kept as it is, but names nothing. */
function namedOrNot(
  name: JsonValue | undefined,
  extra: JsonObject,
): { readonly name?: string; readonly extra: JsonObject } {
  if (typeof name === "string") return { name, extra };
  return { extra: name === undefined ? extra : { ...extra, name } };
}
