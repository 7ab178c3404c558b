import type { JsonValue } from "../core/json.ts";
import type { Draft, Drafts } from "./draft.ts";
import type { IssueList } from "./issue-list.ts";
import type { AnyNode } from "./node-definition.ts";
import { ownValue } from "./own-values.ts";
import type { NodeRegistry } from "./registry.ts";
import { coerceToType } from "./variable-types.ts";
import type { WorkflowFile, WorkflowNode } from "./workflow-file.ts";

/** Finds the definition of every node and gives its parameters their right names. Nodes of unknown type are left out. */
export function draftNodes(file: WorkflowFile, registry: NodeRegistry, issues: IssueList): Drafts {
  const drafts = new Map<string, Draft>();
  for (const node of file.nodes.values()) {
    const definition = registry.get(node.type);
    const path = `nodes.${node.id}.node_type`;
    if (definition === undefined) {
      issues.error("WORKFLOW_NODE_TYPE_UNKNOWN", `${node.id} is of the unknown type ${node.type}`, {
        node: node.id,
        path,
        suggestion: registry.suggest(node.type) ?? "use a type of the node catalogue",
      });
      continue;
    }
    if (definition.type !== node.type) {
      const message = `${node.id}: the type ${node.type} is called ${definition.type}`;
      issues.note("WORKFLOW_TYPE_RENAMED", message, { node: node.id, path });
    }
    drafts.set(node.id, draftNode(node, definition, issues));
  }
  return drafts;
}

function draftNode(node: WorkflowNode, definition: AnyNode, issues: IssueList): Draft {
  const config = renameKeys(node, definition, issues);
  const dynamic = definition.dynamicExecOutputs?.(Object.fromEntries(config)) ?? [];
  const error = definition.errorOutput === undefined ? [] : [definition.errorOutput];
  return {
    id: node.id,
    definition,
    disabled: isDisabled(node, issues),
    config,
    flowOutputs: [...new Set([...definition.execOutputs, ...dynamic, ...error])],
    flow: new Map(),
    inputs: new Map(),
    flowSources: new Set(),
    values: new Map(),
    references: [],
    role: "flow",
    dataSources: [],
    pairs: {},
  };
}

function renameKeys(node: WorkflowNode, definition: AnyNode, issues: IssueList): ReadonlyMap<string, JsonValue> {
  const config = new Map<string, JsonValue>();
  for (const [key, value] of Object.entries(node.config)) {
    // Keys with an underscore in front belong to the file format, not to the node.
    if (key.startsWith("_")) continue;
    const meant = ownValue(definition.configAliases ?? {}, key);
    if (meant === undefined || Object.hasOwn(node.config, meant) || config.has(meant)) {
      config.set(key, value);
      continue;
    }
    config.set(meant, value);
    issues.note("WORKFLOW_CONFIG_RENAMED", `${node.id} (${definition.type}): the parameter ${key} is called ${meant}`, {
      node: node.id,
      port: meant,
      path: `nodes.${node.id}.config.${key}`,
    });
  }
  return config;
}

function isDisabled(node: WorkflowNode, issues: IssueList): boolean {
  const flag = coerceToType(ownValue(node.config, "_disabled") ?? null, "Boolean");
  if (flag.kind === "value") return flag.value === true;
  issues.error("WORKFLOW_CONFIG_INVALID", `${node.id}: _disabled must be true or false`, {
    node: node.id,
    path: `nodes.${node.id}.config._disabled`,
    suggestion: "to skip a node by a condition, put an IfNode in front of it",
  });
  return false;
}
