import { didYouMean } from "./near-name.ts";
import type { AnyNode } from "./node-definition.ts";

/** The node types an application knows. */
export interface NodeRegistry {
  /** The definition of a type or of an alias of one. */
  get(type: string): AnyNode | undefined;
  /** The type that an alias means; any other name is given back as it is. */
  canonicalType(type: string): string;
  /** All definitions, by type. */
  list(): readonly AnyNode[];
  /** `did you mean "ClickElementNode"?`, or undefined when no known type is near. */
  suggest(name: string): string | undefined;
}

/**
 * @param typeAliases names in old files → the type they mean.
 * @throws {TypeError} when two definitions have the same type, or an alias hides a type.
 */
export function createRegistry(
  nodes: readonly AnyNode[],
  typeAliases: Readonly<Record<string, string>> = {},
): NodeRegistry {
  const byType = new Map<string, AnyNode>();
  for (const node of nodes) {
    if (byType.has(node.type)) throw new TypeError(`Two nodes have the type ${node.type}`);
    byType.set(node.type, node);
  }
  const aliases = new Map(Object.entries(typeAliases));
  for (const alias of aliases.keys()) {
    if (byType.has(alias)) throw new TypeError(`The alias ${alias} hides the node type of that name`);
  }
  const ordered = [...byType.values()].toSorted((a, b) => (a.type < b.type ? -1 : 1));
  const known = [...aliases].filter(([, type]) => byType.has(type)).map(([alias]) => alias);
  const names = [...byType.keys(), ...known].toSorted();
  const canonicalType = (type: string): string => aliases.get(type) ?? type;
  return {
    canonicalType,
    get: (type) => byType.get(canonicalType(type)),
    list: () => ordered,
    suggest: (name) => didYouMean(name, names),
  };
}
