import type { JsonValue } from "../../../core/json.ts";
import { dict, textOr, withDefault } from "../../../execution/index.ts";

/** The dict a node works on; none is an empty one. */
export function theDict() {
  return withDefault(dict(), {}).describe("The dict; an empty one when it is left out");
}

export function theKey() {
  return textOr("").describe("The key");
}

/** What the dict itself holds under a key; undefined when it has no such key, whatever JavaScript would find. */
export function ownEntry(data: Readonly<Record<string, JsonValue>>, key: string): JsonValue | undefined {
  return Object.hasOwn(data, key) ? data[key] : undefined;
}
