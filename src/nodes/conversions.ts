import { isJsonObject, type JsonValue } from "../core/json.ts";
import { kindOf, numberOf } from "../execution/index.ts";
import { nodeErrors } from "./errors.ts";
import { parseJsonText } from "./json-text.ts";

/**
 * Conversions between the types of the workflow language.
 *
 * Each throws NODE_CONVERSION_FAILED for a value that has no sensible counterpart; `what` names the value in the message.
 */
function fail(value: JsonValue, to: string, what: string): never {
  throw nodeErrors.NODE_CONVERSION_FAILED({ what, from: kindOf(value), to });
}

/** A number; flags count as 1 and 0, text when it spells one. */
export function toNumber(value: JsonValue, what: string): number {
  return numberOf(value) ?? fail(value, "a number", what);
}

/** A whole number: the fraction of a number is cut off, text must be whole already. */
export function toInteger(value: JsonValue, what: string): number {
  const number = toNumber(value, what);
  if (typeof value === "string" && !Number.isInteger(number)) fail(value, "a whole number", what);
  return Math.trunc(number) + 0;
}

const TRUE_WORDS = new Set(["true", "1", "yes", "on"]);
const FALSE_WORDS = new Set(["false", "0", "no", "off", ""]);

/** A flag: true/1/yes/on and false/0/no/off as words, numbers by being 0 or not. */
export function toBoolean(value: JsonValue, what: string): boolean {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return value !== 0;
  if (typeof value !== "string") return fail(value, "a flag", what);
  const word = value.trim().toLowerCase();
  if (TRUE_WORDS.has(word)) return true;
  return FALSE_WORDS.has(word) ? false : fail(value, "a flag", what);
}

/** A list, or JSON text of one. */
export function toList(value: JsonValue, what: string): readonly JsonValue[] {
  const data = typeof value === "string" ? parseJsonText(value, what).data : value;
  return Array.isArray(data) ? data : fail(value, "a list", what);
}

/** A dict, or JSON text of one. */
export function toDict(value: JsonValue, what: string): Readonly<Record<string, JsonValue>> {
  const data = typeof value === "string" ? parseJsonText(value, what).data : value;
  return isJsonObject(data) ? data : fail(value, "a dict", what);
}

/** A list of dicts, or JSON text of one. */
export function toTable(value: JsonValue, what: string): readonly JsonValue[] {
  const rows = toList(value, what);
  return rows.every(isJsonObject) ? rows : fail(value, "a table, which is a list of dicts", what);
}
