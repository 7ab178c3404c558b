import type { ComparisonStep } from "./expression-ast.ts";

/** Words that are values. */
export const LITERALS: ReadonlyMap<string, boolean | null> = new Map([
  ["True", true],
  ["true", true],
  ["False", false],
  ["false", false],
  ["None", null],
  ["null", null],
]);

/** Words that are operators; no variable can be read by such a name, except as `{{in}}`. */
export const WORDS: ReadonlySet<string> = new Set(["and", "or", "not", "in", "is", "if", "else"]);

export const CONDITIONAL_BINDING = 1;
/** Of `not`; `!` binds like a sign. */
export const NOT_BINDING = 4;
export const COMPARISON_BINDING = 5;
/** Of `-x`, `+x` and `!x`. */
export const SIGN_BINDING = 8;

/** How tightly an operator behind an operand binds. */
export const BINDING: ReadonlyMap<string, number> = new Map([
  ...bind(CONDITIONAL_BINDING, ["?", "if"]),
  ...bind(2, ["or", "||"]),
  ...bind(3, ["and", "&&"]),
  ...bind(COMPARISON_BINDING, ["in", "not", "is", "==", "===", "!=", "!==", "<>", "<", "<=", ">", ">="]),
  ...bind(6, ["+", "-"]),
  ...bind(7, ["*", "/", "//", "%"]),
  ...bind(9, ["**"]),
  ...bind(10, [".", "[", "("]),
]);

function bind(binding: number, operators: readonly string[]): [string, number][] {
  return operators.map((operator) => [operator, binding]);
}

/** Spellings of other languages for the same comparison. */
export const COMPARISON_ALIASES: ReadonlyMap<string, ComparisonStep["operator"]> = new Map([
  ["===", "=="],
  ["!==", "!="],
  ["<>", "!="],
]);
