import { isJsonObject, type JsonValue } from "../../../core/json.ts";

export interface JsonStyle {
  /** Spaces per level; undefined for one line. */
  readonly indent: number | undefined;
  readonly sortKeys?: boolean;
  /** Everything beyond ASCII as \u escapes. */
  readonly ascii: boolean;
}

/** JSON text in the style asked for. */
export function writeJson(value: JsonValue, { indent, sortKeys = false, ascii }: JsonStyle): string {
  const json = JSON.stringify(sortKeys ? sorted(value) : value, undefined, indent);
  if (!ascii) return json;
  return json.replace(/[\u007F-\uFFFF]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]): [string, JsonValue] => [key, sorted(item)]);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
