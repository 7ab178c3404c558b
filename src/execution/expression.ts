import type { JsonValue } from "../core/json.ts";
import { closureOf, createEvaluator } from "./closures.ts";
import { parseExpression } from "./expression-parser.ts";
import { type Reference, referencesIn } from "./references.ts";
import type { ValueScope } from "./value-scope.ts";

/** An expression that was parsed once and can be evaluated any number of times. */
export interface CompiledExpression {
  readonly text: string;
  /** What it refers to by a fixed name. */
  readonly references: readonly Reference[];
  /**
   * @throws EXPRESSION_… and WORKFLOW_REFERENCE_UNKNOWN, each with a position in the text; an error is never just `false`.
   */
  evaluate(scope: ValueScope): JsonValue;
}

/**
 * Compiles a text of the expression language (EXPRESSIONS.md).
 *
 * @throws EXPRESSION_SYNTAX, EXPRESSION_NUMBER_INVALID, EXPRESSION_TOO_LONG, EXPRESSION_TOO_DEEP,
 * EXPRESSION_FUNCTION_UNKNOWN, EXPRESSION_ARGUMENTS_INVALID, WORKFLOW_REFERENCE_UNKNOWN (unknown `$name` only).
 */
export function compileExpression(text: string): CompiledExpression {
  const parsed = parseExpression(text);
  const closure = closureOf(parsed);
  return {
    text,
    references: referencesIn([parsed]),
    evaluate: (scope) => closure(createEvaluator(scope)),
  };
}
