import type { JsonValue } from "../core/json.ts";
import { equalValues, kindOf, numberOf, orderOf } from "../execution/index.ts";
import { nodeErrors } from "./errors.ts";

/** Equality as in the expression language: the same data, and a number or flag equals text that spells it. */
export function sameValue(a: JsonValue, b: JsonValue): boolean {
  return equalValues(a, b, () => undefined);
}

/**
 * Order of two values as in the expression language: negative, 0 or positive.
 *
 * @param what names the comparison in the message. Throws NODE_NOT_COMPARABLE for values without order.
 */
export function compareValues(a: JsonValue, b: JsonValue, what: string): number {
  const order = orderOf(a, b);
  if (order === undefined) throw nodeErrors.NODE_NOT_COMPARABLE({ what, left: kindOf(a), right: kindOf(b) });
  return order;
}

/**
 * One order for a whole list: by size when every value is or spells a number, else by code unit when all are text.
 *
 * Comparing pair by pair would not do: of "9", "10" and "1a" each would come before the next.
 *
 * @param values without null. Throws NODE_NOT_COMPARABLE when they share no order.
 */
export function orderFor(values: readonly JsonValue[], what: string): (a: JsonValue, b: JsonValue) => number {
  if (values.every((value) => numberOf(value) !== undefined)) return (a, b) => (numberOf(a) ?? 0) - (numberOf(b) ?? 0);
  const other = values.find((value) => typeof value !== "string");
  if (other === undefined) return (a, b) => compareText(a as string, b as string);
  const text = values.find((value) => value !== other && typeof value !== typeof other) ?? other;
  throw nodeErrors.NODE_NOT_COMPARABLE({ what, left: kindOf(other), right: kindOf(text) });
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
