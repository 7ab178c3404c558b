import type { JsonObject, JsonValue } from "../core/json.ts";
import type { Connection, VariableDeclaration, WorkflowFile, WorkflowNode } from "./workflow-file.ts";

/** The file in canonical shape, ready for `JSON.stringify`; unknown keys are where they were. Reading it back gives the same file. */
export function toCanonicalJson(file: WorkflowFile): JsonObject {
  const { metadata, settings } = file;
  return {
    ...file.extra,
    metadata: {
      ...metadata.extra,
      name: metadata.name,
      description: metadata.description,
      version: metadata.version,
    },
    nodes: Object.fromEntries([...file.nodes].map(([id, node]) => [id, nodeJson(node)])),
    connections: file.connections.map(connectionJson),
    variables: Object.fromEntries([...file.variables].map(([name, variable]) => [name, variableJson(variable)])),
    settings: {
      ...settings.extra,
      stop_on_error: settings.stopOnError,
      timeout: settings.nodeTimeoutMs / 1_000,
      retry_count: settings.retryCount,
    },
  };
}

function nodeJson(node: WorkflowNode): JsonValue {
  return {
    ...node.extra,
    node_id: node.id,
    node_type: node.type,
    ...(node.name === undefined ? {} : { name: node.name }),
    config: node.config,
  };
}

function connectionJson(connection: Connection): JsonValue {
  return {
    ...connection.extra,
    source_node: connection.sourceNode,
    source_port: connection.sourcePort,
    target_node: connection.targetNode,
    target_port: connection.targetPort,
  };
}

function variableJson(variable: VariableDeclaration): JsonValue {
  return {
    ...variable.extra,
    name: variable.name,
    type: variable.type,
    default_value: variable.defaultValue,
    description: variable.description,
    sensitive: variable.sensitive,
    readonly: variable.readonly,
  };
}
