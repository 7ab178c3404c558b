import { isJsonObject, type JsonValue } from "../core/json.ts";

/** True when both are the same JSON data; the order of keys does not count. */
export function sameJson(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item: JsonValue, i) => sameJson(item, b[i]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => {
    const [left, right] = [a[key], b[key]];
    return Object.hasOwn(b, key) && left !== undefined && right !== undefined && sameJson(left, right);
  });
}

/** A text that two values share exactly when `sameJson` holds; for sets and maps. */
export function jsonKey(value: JsonValue): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    isJsonObject(item) ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
}
