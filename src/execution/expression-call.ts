import type { JsonValue } from "../core/json.ts";
import { executionErrors } from "./errors.ts";
import { kindOf, numberOf } from "./expression-values.ts";

/** Steps one evaluation may take. */
export const MAX_STEPS = 1_000_000;
/** Characters of a text that an expression makes. */
const MAX_TEXT = 10 * 1024 * 1024;

/** What a function of the expression language gets besides its arguments. */
export interface Call {
  readonly name: string;
  readonly at: number;
  readonly now: () => Date;
  readonly random: () => number;
  /** Counts work that grows with data. @throws EXPRESSION_TOO_MANY_STEPS */
  readonly spend: (steps: number) => void;
}

export interface ExpressionFunction {
  readonly min: number;
  readonly max: number;
  call(args: readonly JsonValue[], call: Call): JsonValue;
}

/** Fails a call. */
export function refuse(call: Call, reason: string): never {
  throw executionErrors.EXPRESSION_ARGUMENTS_INVALID({ name: call.name, reason, position: call.at });
}

export function textArg(args: readonly JsonValue[], index: number, call: Call): string {
  const value = args[index] ?? null;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return JSON.stringify(value);
  return refuse(call, `argument ${index + 1} must be text, not ${kindOf(value)}`);
}

export function numberArg(args: readonly JsonValue[], index: number, call: Call): number {
  const value = args[index] ?? null;
  return numberOf(value) ?? refuse(call, `argument ${index + 1} must be a number, not ${kindOf(value)}`);
}

export function integerArg(args: readonly JsonValue[], index: number, call: Call): number {
  const value = numberArg(args, index, call);
  return Number.isSafeInteger(value) ? value : refuse(call, `argument ${index + 1} must be a whole number`);
}

export function listArg(args: readonly JsonValue[], index: number, call: Call): readonly JsonValue[] {
  const value = args[index] ?? null;
  if (!Array.isArray(value)) return refuse(call, `argument ${index + 1} must be a list, not ${kindOf(value)}`);
  const list: readonly JsonValue[] = value;
  call.spend(list.length);
  return list;
}

/** Fails when a text about to be made would be too long. */
export function checkLength(length: number, call: Call): void {
  if (length <= MAX_TEXT) return;
  throw executionErrors.EXPRESSION_RESULT_TOO_LARGE({
    what: `The result of ${call.name}`,
    limit: MAX_TEXT,
    position: call.at,
  });
}

/** A result that must be a number. */
export function finite(value: number, call: { readonly at: number }): number {
  if (!Number.isFinite(value)) throw executionErrors.EXPRESSION_NUMBER_INVALID({ position: call.at });
  // -0 is no JSON number.
  return value === 0 ? 0 : value;
}
