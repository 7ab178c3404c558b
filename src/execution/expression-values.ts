import { isJsonObject, type JsonValue } from "../core/json.ts";

/** What kind of value this is, in words; messages tell the kind and never the value. */
export function kindOf(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a dict";
  if (typeof value === "string") return "text";
  return typeof value === "number" ? "a number" : "a flag";
}

/** The value inside of text: nothing for null, JSON for numbers, flags, lists and dicts. */
export function asText(value: JsonValue): string {
  if (value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The number that text spells, undefined for any other text. */
export function numberOfText(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}

/** The value as a number: flags are 1 and 0, text counts when it spells one; undefined for all else. */
export function numberOf(value: JsonValue): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  return typeof value === "string" ? numberOfText(value) : undefined;
}

const FALSE_WORDS = new Set(["false", "0", "no", "off", ""]);

/**
 * Does a condition hold? Not for null, 0, empty text, lists and dicts. Text of a flag counts as what it says, because
 * values read from pages and files are text: `false`, `0`, `no` and `off` do not hold.
 */
export function isTruthy(value: JsonValue): boolean {
  if (typeof value === "string") return !FALSE_WORDS.has(value.trim().toLowerCase());
  if (typeof value !== "object") return Boolean(value);
  return value !== null && Object.keys(value).length > 0;
}

/**
 * Equality of the expression language: the same JSON data; besides, a number equals text that spells it, and a flag
 * equals its word and its number.
 *
 * @param spend called with the number of elements about to be compared.
 */
export function equalValues(left: JsonValue, right: JsonValue, spend: (steps: number) => void): boolean {
  if (left === null || right === null) return left === right;
  if (typeof left === typeof right) return sameKind(left, right, spend);
  if (typeof left === "object" || typeof right === "object") return false;
  if (typeof left === "string" && typeof right === "boolean") return wordIs(left, right);
  if (typeof left === "boolean" && typeof right === "string") return wordIs(right, left);
  const [a, b] = [numberOf(left), numberOf(right)];
  return a !== undefined && a === b;
}

function wordIs(word: string, flag: boolean): boolean {
  return word.trim().toLowerCase() === String(flag);
}

function sameKind(
  left: NonNullable<JsonValue>,
  right: NonNullable<JsonValue>,
  spend: (steps: number) => void,
): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    spend(left.length);
    return left.length === right.length && left.every((item, i) => equalValues(item, right[i] ?? null, spend));
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return left === right;
  const keys = Object.keys(left);
  spend(keys.length);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && equalValues(left[key] ?? null, right[key] ?? null, spend));
}

/**
 * Order of two values: negative, 0, positive; undefined when they have none.
 *
 * Numbers, flags and text that spells numbers by size; other texts by code unit.
 */
export function orderOf(left: JsonValue, right: JsonValue): number | undefined {
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined && b !== undefined) return a - b;
  if (typeof left !== "string" || typeof right !== "string") return undefined;
  return compareText(left, right);
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/**
 * One order for a whole list, undefined when there is none: by size when every value is or spells a number, else by code
 * unit when all are text.
 *
 * Comparing pair by pair would not do: of "9", "10" and "1a" each would come before the next.
 */
export function commonOrder(values: readonly JsonValue[]): ((a: JsonValue, b: JsonValue) => number) | undefined {
  if (values.every((value) => numberOf(value) !== undefined)) return (a, b) => (numberOf(a) ?? 0) - (numberOf(b) ?? 0);
  if (!values.every((value) => typeof value === "string")) return undefined;
  return (a, b) => compareText(asText(a), asText(b));
}
