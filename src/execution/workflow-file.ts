import type { JsonValue } from "../core/json.ts";

/**
 * A workflow file in canonical shape: what parsing any accepted shape yields.
 *
 * Unknown keys at every level survive in `extra`, so that writing the file back loses nothing.
 */
export interface WorkflowFile {
  readonly metadata: WorkflowMetadata;
  readonly nodes: ReadonlyMap<string, WorkflowNode>;
  readonly connections: readonly Connection[];
  readonly variables: ReadonlyMap<string, VariableDeclaration>;
  readonly settings: WorkflowSettings;
  readonly extra: Readonly<Record<string, JsonValue>>;
}

/** What a file says about itself. */
export interface WorkflowMetadata {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly extra: Readonly<Record<string, JsonValue>>;
}

/** A node as the file has it. */
export interface WorkflowNode {
  readonly id: string;
  /** As written in the file; aliases are resolved by the registry. */
  readonly type: string;
  readonly name?: string;
  readonly config: Readonly<Record<string, JsonValue>>;
  readonly extra: Readonly<Record<string, JsonValue>>;
}

/** A connection of two nodes that exist; whether it carries flow or data depends on the ports. */
export interface Connection {
  readonly sourceNode: string;
  readonly sourcePort: string;
  readonly targetNode: string;
  readonly targetPort: string;
  readonly extra?: Readonly<Record<string, JsonValue>>;
}

/** What a variable may hold; null, for "no value", fits every type. */
export type VariableType = "String" | "Integer" | "Float" | "Boolean" | "List" | "Dict" | "DataTable" | "Any";

/** A variable of a file; its default is of its type. */
export interface VariableDeclaration {
  readonly name: string;
  readonly type: VariableType;
  readonly defaultValue: JsonValue;
  readonly description: string;
  /** Its value is masked in events, logs, reports and results. */
  readonly sensitive: boolean;
  /** Nodes may not change it; the submitter may still set it. */
  readonly readonly: boolean;
  readonly extra?: Readonly<Record<string, JsonValue>>;
}

/** How a run behaves unless a node says otherwise. */
export interface WorkflowSettings {
  /** False: a failed node without error port or catch is noted and the flow goes on along its exec_out. */
  readonly stopOnError: boolean;
  /** Default limit for one node, milliseconds. */
  readonly nodeTimeoutMs: number;
  /** Further tries of a failed node that does not set its own, ≥ 0. */
  readonly retryCount: number;
  readonly extra: Readonly<Record<string, JsonValue>>;
}
