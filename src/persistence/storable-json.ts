import { isJsonObject, type JsonValue, storableText } from "../core/json.ts";

/** JSON text of the value that PostgreSQL can also look into: see `storableText` for what is replaced. */
export function storableJson(value: JsonValue): string {
  const text = JSON.stringify(value);
  // Nearly every value is clean; the escapes of what is not show up in its JSON text.
  return /\\u(?:0000|d[89a-f])/i.test(text) ? JSON.stringify(clean(value)) : text;
}

function clean(value: JsonValue): JsonValue {
  if (typeof value === "string") return storableText(value);
  if (Array.isArray(value)) return value.map((item: JsonValue) => clean(item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storableText(key), clean(item)]));
}
