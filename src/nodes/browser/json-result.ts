import type { JsonValue } from "../../core/json.ts";
import { browserNodeErrors } from "./errors.ts";

/**
 * What a script gave back, as JSON: undefined becomes null, dates their ISO text, big integers text.
 *
 * Throws NODE_SCRIPT_FAILED for data that contains itself.
 */
export function toJson(value: unknown, url: string): JsonValue {
  try {
    const text = JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? String(item) : item)) as
      | string
      | undefined;
    return text === undefined ? null : (JSON.parse(text) as JsonValue);
  } catch (error) {
    const reason = "its result contains itself; return plain data";
    throw browserNodeErrors.NODE_SCRIPT_FAILED({ url, reason }, { cause: error });
  }
}

/** JSON text of a list or an object as what it says; anything else as it is. Pure. */
export function parsedIfJson(value: JsonValue): JsonValue {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as JsonValue;
  } catch {
    // Text that only begins like JSON.
    return value;
  }
}
