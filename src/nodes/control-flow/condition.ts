import type { JsonValue } from "../../core/json.ts";
import { isTruthy } from "../../execution/index.ts";
import { nodeErrors } from "../errors.ts";

/**
 * The verdict of a condition: text is an expression, any other value counts as it is.
 *
 * `expression` wins over `condition` when both are given. A condition that cannot be evaluated is an error, never false.
 */
export function verdictOf(
  config: { readonly condition: JsonValue | undefined; readonly expression: string },
  evaluate: (expression: string) => JsonValue,
): boolean {
  const source = config.expression.trim() === "" ? config.condition : config.expression;
  if (source === undefined || source === null || source === "") {
    throw nodeErrors.NODE_VALUE_INVALID({ parameter: "condition", reason: "is missing; give condition or expression" });
  }
  return isTruthy(typeof source === "string" ? evaluate(source) : source);
}
