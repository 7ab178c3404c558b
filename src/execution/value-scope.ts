import type { JsonValue } from "../core/json.ts";

/** What expressions and templates may see of a run. */
export interface ValueScope {
  /** A variable, or under a node's id all its outputs. */
  value(name: string): JsonValue | undefined;
  /**
   * An output of a node that ran: null when the port exists but was given no value, undefined when there is no such node
   * or port, or the node has not run.
   */
  output(node: string, port: string): JsonValue | undefined;
  /** All names that `value` knows; for suggestions. */
  names(): Iterable<string>;
  /** Why a name, or a member of it, is unknown, when more can be said than that; undefined for variables. */
  explain(name: string, member: string | undefined): string | undefined;
  readonly now: () => Date;
  /** In [0, 1). */
  readonly random: () => number;
}

/**
 * A scope with further names in front; they hide the others.
 *
 * @param names read at every look-up.
 */
export function withNames(scope: ValueScope, names: Readonly<Record<string, JsonValue>>): ValueScope {
  return {
    ...scope,
    value: (name) => (Object.hasOwn(names, name) ? names[name] : scope.value(name)),
    output: (node, port) => (Object.hasOwn(names, node) ? undefined : scope.output(node, port)),
    names: () => [...Object.keys(names), ...scope.names()],
  };
}
