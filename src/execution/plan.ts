import type { JsonValue } from "../core/json.ts";
import type { CompiledExpression } from "./expression.ts";
import type { AnyNode } from "./node-definition.ts";
import type { CompiledTemplate } from "./template.ts";
import type { VariableDeclaration, WorkflowSettings } from "./workflow-file.ts";

/**
 * A workflow that can run: every name resolved, templates and expressions compiled.
 *
 * Immutable; any number of runs may share it.
 */
export interface Plan {
  readonly name: string;
  /** Tells plans apart: the same for files that run the same. */
  readonly fingerprint: string;
  /** In the order of the file. */
  readonly nodes: ReadonlyMap<string, PlanNode>;
  /** Where the flow starts. */
  readonly entries: readonly string[];
  readonly variables: ReadonlyMap<string, VariableDeclaration>;
  readonly settings: WorkflowSettings;
  /** Union of what the nodes that may run need; a robot must offer all of it. */
  readonly needs: readonly string[];
  /** Every expression of the file, by its text. */
  readonly expressions: ReadonlyMap<string, CompiledExpression>;
  /** Nodes that the flow cannot reach, with the reason. */
  readonly unreachable: ReadonlyMap<string, string>;
  /** Does the flow lead from one node to the other? */
  readonly leadsTo: (from: string, to: string) => boolean;
}

/**
 * - `flow`: runs when the flow reaches it.
 * - `data`: evaluated when a consumer asks for its outputs.
 * - `comment`: never runs; flow that reaches it passes through.
 */
export type NodeRole = "flow" | "data" | "comment";

/** A node of a plan: its definition, its parameters compiled, and what it is connected with. */
export interface PlanNode {
  readonly id: string;
  readonly definition: AnyNode;
  readonly role: NodeRole;
  /** `_disabled`: bypassed. */
  readonly disabled: boolean;
  /** Parameters as the file has them, under their right names. */
  readonly config: ReadonlyMap<string, PlanValue>;
  /** Data inputs that are connected, with their source. */
  readonly inputs: ReadonlyMap<string, OutputRef>;
  /** Flow outputs that are connected, with their targets. */
  readonly flow: ReadonlyMap<string, readonly string[]>;
  /** All flow outputs it may take, in order. */
  readonly flowOutputs: readonly string[];
  /** Data nodes to evaluate before this one's parameters can be resolved. */
  readonly dataSources: readonly string[];
  readonly pairs: PlanPairs;
}

export interface OutputRef {
  readonly node: string;
  readonly port: string;
}

/** The other nodes of the scope a node belongs to; each is there only where it makes sense. */
export interface PlanPairs {
  /** Of a loop start: where its body ends; several when branches end it apart. */
  readonly ends?: readonly string[];
  /** Of a loop end, break or continue: the loop's start. */
  readonly start?: string;
  /** Of a try: its catches in the order they are tried. */
  readonly catches?: readonly string[];
  /** Of a try. */
  readonly finally?: string;
  /** Of a catch or finally. */
  readonly try?: string;
}

/** A parameter of the file: as it is, with templates to fill, or an expression to evaluate. */
export type PlanValue =
  | { readonly kind: "static"; readonly value: JsonValue }
  | { readonly kind: "template"; readonly template: CompiledTemplate }
  | { readonly kind: "expression"; readonly text: string; readonly expression: CompiledExpression };
