import { isJsonObject, type JsonValue } from "../core/json.ts";
import type { IssueList } from "./issue-list.ts";
import { didYouMean } from "./near-name.ts";
import type { Connection, WorkflowNode } from "./workflow-file.ts";
import type { WorkflowLimits } from "./workflow-limits.ts";

/** `connections`: between nodes that exist, no node with itself, each once. */
export function parseConnections(
  raw: JsonValue | undefined,
  nodes: ReadonlyMap<string, WorkflowNode>,
  { limits, issues }: { readonly limits: WorkflowLimits; readonly issues: IssueList },
): readonly Connection[] {
  if (raw === undefined || raw === null) return [];
  if (!Array.isArray(raw)) {
    issues.error("WORKFLOW_SHAPE_INVALID", "connections must be a list", { path: "connections" });
    return [];
  }
  const list: readonly JsonValue[] = raw;
  if (list.length > limits.connections) {
    const message = `The file has ${list.length} connections; ${limits.connections} are allowed`;
    issues.error("WORKFLOW_TOO_MANY_CONNECTIONS", message, { path: "connections", suggestion: "split the workflow" });
    return [];
  }
  const seen = new Set<string>();
  return list.flatMap((value, index) => {
    const path = `connections[${index}]`;
    const connection = readConnection(value, limits);
    if (connection === undefined) {
      issues.error("WORKFLOW_CONNECTION_INVALID", "A connection needs four texts", {
        path,
        suggestion: "give source_node, source_port, target_node and target_port",
      });
      return [];
    }
    if (!endsExist(connection, nodes, path, issues)) return [];
    const { sourceNode, sourcePort, targetNode, targetPort } = connection;
    if (sourceNode === targetNode) {
      issues.error("WORKFLOW_SELF_CONNECTION", `${sourceNode} is connected with itself`, {
        node: sourceNode,
        port: sourcePort,
        path,
        suggestion: "remove the connection; to repeat a node, put it into a loop",
      });
      return [];
    }
    const key = JSON.stringify([sourceNode, sourcePort, targetNode, targetPort]);
    if (seen.has(key)) {
      issues.warning("WORKFLOW_DUPLICATE_CONNECTION", "This connection is there already; it counts once", {
        node: sourceNode,
        port: sourcePort,
        path,
        suggestion: "remove it",
      });
      return [];
    }
    seen.add(key);
    return [connection];
  });
}

function readConnection(value: JsonValue, limits: WorkflowLimits): Connection | undefined {
  if (!isJsonObject(value)) return undefined;
  const {
    source_node: sourceNode,
    source_port: sourcePort,
    target_node: targetNode,
    target_port: targetPort,
    ...extra
  } = value as Record<string, JsonValue>;
  const isName = (name: JsonValue | undefined): name is string =>
    typeof name === "string" && name !== "" && name.length <= limits.idLength;
  if (!isName(sourceNode) || !isName(sourcePort) || !isName(targetNode) || !isName(targetPort)) return undefined;
  const connection = { sourceNode, sourcePort, targetNode, targetPort };
  return Object.keys(extra).length === 0 ? connection : { ...connection, extra };
}

function endsExist(
  connection: Connection,
  nodes: ReadonlyMap<string, WorkflowNode>,
  path: string,
  issues: IssueList,
): boolean {
  let exist = true;
  for (const node of new Set([connection.sourceNode, connection.targetNode])) {
    if (nodes.has(node)) continue;
    exist = false;
    issues.error("WORKFLOW_CONNECTION_NODE_UNKNOWN", `The connection names ${node}, which is no node of the file`, {
      node,
      path,
      suggestion: didYouMean(node, nodes.keys()) ?? "remove the connection",
    });
  }
  return exist;
}
