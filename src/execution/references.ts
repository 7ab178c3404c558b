import type { Expression } from "./expression-ast.ts";
import { childrenOf } from "./tree-depth.ts";

/** A fixed name that an expression or template refers to. */
export interface Reference {
  /** A variable, a node id, or a system value. */
  readonly head: string;
  /** The first step behind it, when it is a name. */
  readonly member: string | undefined;
  readonly at: number;
}

/** All references below the expressions, in no particular order. */
export function referencesIn(expressions: readonly Expression[]): readonly Reference[] {
  const found: Reference[] = [];
  const waiting = [...expressions];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.kind === "path") {
      const [member] = next.steps;
      found.push({ head: next.head, member: typeof member === "string" ? member : undefined, at: next.at });
    }
    waiting.push(...childrenOf(next));
  }
  return found;
}
