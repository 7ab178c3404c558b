import type { JsonValue } from "../core/json.ts";
import type { AnyNode } from "./node-definition.ts";
import type { NodeRole, OutputRef, PlanPairs, PlanValue } from "./plan.ts";
import type { Reference } from "./references.ts";

/** A node while the plan is being made; the steps of the compiler fill it in, in the order of its members. */
export interface Draft {
  readonly id: string;
  readonly definition: AnyNode;
  readonly disabled: boolean;
  /** Parameters under their right names, as the file has them. */
  readonly config: ReadonlyMap<string, JsonValue>;
  readonly flowOutputs: readonly string[];
  /** Targets by flow output. */
  readonly flow: Map<string, string[]>;
  /** Sources by data input. */
  readonly inputs: Map<string, OutputRef>;
  /** Nodes whose flow leads here. */
  readonly flowSources: Set<string>;
  readonly values: Map<string, PlanValue>;
  readonly references: Reference[];
  role: NodeRole;
  dataSources: readonly string[];
  pairs: PlanPairs;
}

export type Drafts = ReadonlyMap<string, Draft>;

/** `click_1 (ClickElementNode)`, as messages name a node. */
export function label(draft: { readonly id: string; readonly definition: AnyNode }): string {
  return `${draft.id} (${draft.definition.type})`;
}

/** Where a node's targets leave by; never undefined. */
export function targetsOf(
  node: { readonly flow: ReadonlyMap<string, readonly string[]> },
  port: string,
): readonly string[] {
  return node.flow.get(port) ?? [];
}
