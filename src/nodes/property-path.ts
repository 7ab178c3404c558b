import { isJsonObject, type JsonValue } from "../core/json.ts";
import { nodeErrors } from "./errors.ts";

/**
 * Splits a path into its steps: `a.b[0].c`, `$.a`, `a["key.with.dots"]`. The empty path has none.
 *
 * Throws NODE_FORMAT_INVALID for a path that is not of this form.
 */
export function parsePath(path: string): readonly string[] {
  const steps: string[] = [];
  const rest = path.trim().replace(/^\$(?=$|[.[])/, "");
  const step = /\.?\[\s*(?:"([^"]*)"|'([^']*)'|(-?\d+))\s*\]|\.?([^.[\]]+)/y;
  while (step.lastIndex < rest.length) {
    const at = step.lastIndex;
    const match = step.exec(rest);
    if (match === null) {
      throw nodeErrors.NODE_FORMAT_INVALID({
        what: "The path",
        reason: `is not understood from character ${at} on; write it like customer.orders[0].id`,
      });
    }
    steps.push(match[1] ?? match[2] ?? match[3] ?? match[4] ?? "");
  }
  return steps;
}

/**
 * Follows steps through dicts and lists. Only what the data itself holds is found, never what JavaScript adds to it;
 * negative indexes count from the end.
 *
 * @returns undefined when the path leads nowhere.
 */
export function followPath(data: JsonValue, steps: readonly string[]): JsonValue | undefined {
  let current: JsonValue | undefined = data;
  for (const step of steps) {
    if (current === undefined) return undefined;
    current = Array.isArray(current) ? itemAt(current, step) : keyOf(current, step);
  }
  return current;
}

function itemAt(list: readonly JsonValue[], step: string): JsonValue | undefined {
  return /^-?\d+$/.test(step) ? list.at(Number(step)) : undefined;
}

function keyOf(value: JsonValue, step: string): JsonValue | undefined {
  return isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}
