import type { Expression, TemplatePart } from "./expression-ast.ts";
import { neverReached } from "./never.ts";

/** True when the tree is deeper than the limit. Level by level, so that it cannot overflow the stack itself. */
export function isDeeperThan(expression: Expression, limit: number): boolean {
  let level: readonly Expression[] = [expression];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= limit) return true;
    level = level.flatMap(childrenOf);
  }
  return false;
}

/** The expressions right below. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "literal":
    case "path":
      return [];
    case "template":
      return expressionsIn(expression.parts);
    case "loose":
      return expression.otherwise === undefined ? [expression.path] : [expression.path, expression.otherwise];
    case "member":
      return [expression.object, expression.key];
    case "unary":
      return [expression.operand];
    case "arithmetic":
    case "logic":
      return [expression.left, expression.right];
    case "comparison":
      return [expression.first, ...expression.rest.map((step) => step.operand)];
    case "conditional":
      return [expression.test, expression.whenTrue, expression.otherwise];
    case "call":
      return expression.args;
    case "list":
      return expression.items;
    case "dict":
      return expression.entries.map(([, value]) => value);
  }
  return neverReached(expression);
}

/** The expressions of a text with references. */
export function expressionsIn(parts: readonly TemplatePart[]): readonly Expression[] {
  return parts.flatMap((part) => {
    if (part.kind === "text") return [];
    return part.kind === "legacy" ? [part.path] : [part.expression];
  });
}
