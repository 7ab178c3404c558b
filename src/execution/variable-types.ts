import { isJsonObject, type JsonValue } from "../core/json.ts";
import { asText, kindOf, numberOf } from "./expression-values.ts";
import { neverReached } from "./never.ts";
import type { VariableType } from "./workflow-file.ts";

const TYPES: readonly VariableType[] = ["String", "Integer", "Float", "Boolean", "List", "Dict", "DataTable", "Any"];

/** Other words for the types, in lower case. */
const WORDS: ReadonlyMap<string, VariableType> = new Map<string, VariableType>([
  ...TYPES.map((type) => [type.toLowerCase(), type] as const),
  ["text", "String"],
  ["number", "Float"],
  ["array", "List"],
  ["object", "Dict"],
]);

/** The type a file means, undefined for a word that means none. */
export function variableTypeNamed(word: string): VariableType | undefined {
  return WORDS.get(word.trim().toLowerCase());
}

/** The type of a variable that is declared by a plain value. */
export function variableTypeOf(value: JsonValue): VariableType {
  if (value === null) return "Any";
  if (typeof value === "string") return "String";
  if (typeof value === "boolean") return "Boolean";
  if (typeof value === "number") return Number.isInteger(value) ? "Integer" : "Float";
  return Array.isArray(value) ? "List" : "Dict";
}

export type Coerced =
  | { readonly kind: "value"; readonly value: JsonValue }
  | { readonly kind: "mismatch"; readonly reason: string };

/**
 * The value as the declared type: text of numbers, flags and JSON is read, as people type it in forms and on command
 * lines. null means "no value" and fits every type.
 */
export function coerceToType(value: JsonValue, type: VariableType): Coerced {
  if (value === null || type === "Any") return { kind: "value", value };
  const coerced = coerce(value, type);
  if (coerced === undefined) return { kind: "mismatch", reason: `it is ${kindOf(value)}` };
  return { kind: "value", value: coerced };
}

function coerce(value: NonNullable<JsonValue>, type: Exclude<VariableType, "Any">): JsonValue | undefined {
  switch (type) {
    case "String":
      return typeof value === "object" ? undefined : asText(value);
    case "Integer": {
      const number = typeof value === "object" ? undefined : numberOf(value);
      return number !== undefined && Number.isInteger(number) ? number : undefined;
    }
    case "Float":
      return typeof value === "object" ? undefined : numberOf(value);
    case "Boolean":
      return coerceFlag(value);
    case "List": {
      const list = fromJsonText(value);
      return Array.isArray(list) ? list : undefined;
    }
    case "Dict": {
      const dict = fromJsonText(value);
      return isJsonObject(dict) ? dict : undefined;
    }
    case "DataTable": {
      // Rows under column names, or under a dict that also tells the columns.
      const table = fromJsonText(value);
      return typeof table === "object" ? table : undefined;
    }
  }
  return neverReached(type);
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["yes", true],
  ["on", true],
  ["false", false],
  ["0", false],
  ["no", false],
  ["off", false],
]);

function coerceFlag(value: NonNullable<JsonValue>): boolean | undefined {
  if (typeof value === "boolean") return value;
  return typeof value === "object" ? undefined : FLAGS.get(String(value).trim().toLowerCase());
}

/** The list or dict that text spells as JSON; anything else is given back as it is. */
export function fromJsonText(value: NonNullable<JsonValue>): NonNullable<JsonValue> {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as NonNullable<JsonValue>;
  } catch {
    // Not JSON after all: it is just text.
    return value;
  }
}
