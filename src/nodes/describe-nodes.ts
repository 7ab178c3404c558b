import { z } from "zod";
import type { JsonObject, JsonValue } from "../core/json.ts";
import type { AnyNode } from "../execution/index.ts";
import { allNodes } from "./all-nodes.ts";

/** A node definition as plain JSON: what editors, documentation and the contract file need. */
export interface NodeDescription extends JsonObject {
  readonly type: string;
  readonly version: number;
  readonly category: string;
  readonly summary: string;
  readonly structure: string;
  readonly effect: string;
  readonly needs: readonly string[];
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly execOutputs: readonly string[];
  /** The config's flow outputs depend on its values (Switch). */
  readonly hasDynamicOutputs: boolean;
  /** JSON Schema (2020-12) of the config after its values were converted. */
  readonly config: JsonObject;
}

/** Describes nodes, ordered by type; the same definitions always give the same JSON. */
export function describeNodes(nodes: readonly AnyNode[] = allNodes): readonly NodeDescription[] {
  return nodes.toSorted((a, b) => (a.type < b.type ? -1 : 1)).map(describeNode);
}

function describeNode(node: AnyNode): NodeDescription {
  return {
    type: node.type,
    version: node.version,
    category: node.category,
    summary: node.summary,
    structure: node.structure,
    effect: node.effect,
    needs: node.needs,
    inputs: node.inputs,
    outputs: node.outputs,
    execOutputs: node.execOutputs,
    hasDynamicOutputs: node.dynamicExecOutputs !== undefined,
    ...optional("errorOutput", node.errorOutput),
    ...optional("rawConfig", node.rawConfig),
    ...optional("configAliases", node.configAliases),
    ...optional("portAliases", node.portAliases),
    ...optional("timeoutMs", node.timeoutMs),
    config: describeConfig(node),
  };
}

function optional(key: string, value: JsonValue | undefined): JsonObject {
  return value === undefined ? {} : { [key]: value };
}

/** Conversions hide defaults from zod's own description, so each parameter is asked what it makes of nothing. */
function describeConfig({ config }: AnyNode): JsonObject {
  const required: string[] = [];
  const properties: Record<string, JsonObject> = {};
  for (const [key, schema] of Object.entries(config.shape)) {
    const { $schema: _, ...shape } = z.toJSONSchema(schema, { unrepresentable: "any" }) as JsonObject;
    const ofNothing = schema["~standard"].validate(undefined);
    if (ofNothing instanceof Promise) throw new TypeError(`The parameter ${key} must not be checked asynchronously`);
    if (ofNothing.issues !== undefined) required.push(key);
    const value = ofNothing.issues === undefined ? (ofNothing.value as JsonValue | undefined) : undefined;
    properties[key] = { ...shape, ...optional("default", value) };
  }
  return { type: "object", properties, required };
}
