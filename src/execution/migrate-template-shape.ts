import { isJsonObject, type JsonObject, type JsonValue } from "../core/json.ts";
import type { IssueList } from "./issue-list.ts";

/** Ports that templates call differently. */
const PORTS: ReadonlyMap<string, string> = new Map([
  ["out", "exec_out"],
  ["in", "exec_in"],
  ["loop", "body"],
]);

/**
 * Turns the shape of the template files into the canonical one; a canonical file is given back as it is.
 *
 * That shape has its graph in `base_workflow` (or is the graph itself), lists nodes instead of keying them, and names
 * connection ends, ports and display names differently. Each kind of change is a note.
 */
export function migrateTemplateShape(file: JsonObject, issues: IssueList): JsonObject {
  const unwrapped = unwrap(file, issues);
  const nodes = Array.isArray(unwrapped["nodes"]) ? keyNodes(unwrapped["nodes"], issues) : unwrapped["nodes"];
  const connections = unwrapped["connections"];
  return {
    ...unwrapped,
    ...(nodes === undefined ? {} : { nodes }),
    ...(Array.isArray(connections) ? { connections: renameConnections(connections, issues) } : {}),
  };
}

function unwrap(file: JsonObject, issues: IssueList): JsonObject {
  const { base_workflow: base, ...rest } = file;
  if (!isJsonObject(base) || rest["nodes"] !== undefined) return file;
  const {
    name,
    description,
    version,
    default_variables: variables,
    default_settings: settings,
    ...extra
  } = rest as Record<string, JsonValue | undefined>;
  issues.note("WORKFLOW_MIGRATED", "The workflow was taken out of the template's base_workflow", {
    path: "base_workflow",
  });
  const metadata = isJsonObject(base["metadata"]) ? base["metadata"] : {};
  return present({
    ...extra,
    ...base,
    metadata: present({ name, description, version, ...metadata }),
    variables: base["variables"] ?? variables,
    settings: { ...migrateSettings(settings, issues), ...(isJsonObject(base["settings"]) ? base["settings"] : {}) },
  });
}

function migrateSettings(settings: JsonValue | undefined, issues: IssueList): JsonObject {
  if (!isJsonObject(settings)) return {};
  const { timeout_seconds: timeout, ...rest } = settings;
  if (timeout === undefined) return rest;
  issues.note("WORKFLOW_MIGRATED", "The setting timeout_seconds is called timeout", { path: "settings.timeout" });
  return present({ timeout, ...rest });
}

function keyNodes(list: readonly JsonValue[], issues: IssueList): JsonObject {
  const entries = new Map<string, JsonValue>();
  let named = 0;
  for (const [index, node] of list.entries()) {
    const id = isJsonObject(node) ? node["node_id"] : undefined;
    if (!isJsonObject(node) || typeof id !== "string") {
      issues.error("WORKFLOW_NODE_INVALID", "A listed node has no node_id", {
        path: `nodes[${index}]`,
        suggestion: "give it a node_id that no other node has",
      });
      continue;
    }
    if (entries.has(id)) {
      issues.error("WORKFLOW_DUPLICATE_NODE", `Two nodes have the id ${id}`, {
        node: id,
        path: `nodes[${index}]`,
        suggestion: "rename one of them, and its connections",
      });
    }
    const { display_name: name, ...rest } = node;
    const takesName = name !== undefined && rest["name"] === undefined;
    if (takesName) named++;
    entries.set(id, takesName ? { ...rest, name } : node);
  }
  issues.note("WORKFLOW_MIGRATED", `The list of ${list.length} nodes was keyed by node id`, { path: "nodes" });
  if (named > 0) issues.note("WORKFLOW_MIGRATED", `display_name of ${named} nodes is called name`, { path: "nodes" });
  return Object.fromEntries(entries);
}

function renameConnections(list: readonly JsonValue[], issues: IssueList): readonly JsonValue[] {
  const renamedPorts = new Map<string, number>();
  let renamed = 0;
  const port = (name: JsonValue | undefined): JsonValue | undefined => {
    if (typeof name !== "string") return name;
    const known = PORTS.get(name);
    if (known === undefined) return name;
    const change = `${name} is called ${known}`;
    renamedPorts.set(change, (renamedPorts.get(change) ?? 0) + 1);
    return known;
  };
  const connections = list.map((connection) => {
    if (!isJsonObject(connection) || connection["from_node"] === undefined) return connection;
    const {
      from_node: sourceNode,
      from_port: sourcePort,
      to_node: targetNode,
      to_port: targetPort,
      ...rest
    } = connection;
    renamed++;
    return present({
      source_node: sourceNode,
      source_port: port(sourcePort),
      target_node: targetNode,
      target_port: port(targetPort),
      ...rest,
    });
  });
  if (renamed > 0) {
    const change = `from_node, from_port, to_node, to_port of ${renamed} connections are called source_…, target_…`;
    issues.note("WORKFLOW_MIGRATED", change, { path: "connections" });
  }
  for (const [change, count] of renamedPorts) {
    issues.note("WORKFLOW_MIGRATED", `The port ${change} (${count} connections)`, { path: "connections" });
  }
  return connections;
}

/** Without the members that are undefined. */
function present(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}
