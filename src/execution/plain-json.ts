import type { JsonValue } from "../core/json.ts";
import { executionErrors } from "./errors.ts";

/** Levels of lists and dicts that a run keeps; expressions walk values recursively. */
export const MAX_DATA_DEPTH = 200;

/** Makes values fit for the run's state: JSON data only, never changed afterwards, shared freely. */
export type PlainJson = (value: unknown, what: string) => JsonValue;

/**
 * A function that copies whatever a node hands over into frozen JSON data.
 *
 * As `JSON.stringify` does: undefined members disappear, NaN becomes null, dates their ISO text. What it has made before
 * is recognized and not copied again.
 *
 * The function throws WORKFLOW_OUTPUT_INVALID for what has no JSON form: functions, symbols, class instances, data
 * deeper than 200 levels or that contains itself.
 */
export function createPlainJson(): PlainJson {
  const known = new WeakSet<object>();

  function copy(value: unknown, what: string, depth: number): JsonValue {
    if (typeof value === "string" || typeof value === "boolean") return value;
    // -0 would come back from a checkpoint as 0.
    if (typeof value === "number") return Number.isFinite(value) ? value + 0 : null;
    if (value === null || value === undefined) return null;
    if (typeof value === "bigint") return value.toString();
    if (typeof value === "object") return copyObject(value, what, depth);
    throw executionErrors.WORKFLOW_OUTPUT_INVALID({ what, reason: `it holds a ${typeof value}` });
  }

  function copyObject(value: object, what: string, depth: number): JsonValue {
    if (known.has(value)) return value as JsonValue;
    if (depth >= MAX_DATA_DEPTH) {
      const reason = `it nests deeper than ${MAX_DATA_DEPTH} levels, or contains itself`;
      throw executionErrors.WORKFLOW_OUTPUT_INVALID({ what, reason });
    }
    const made = copyKind(value, what, depth);
    if (typeof made !== "object" || made === null) return made;
    known.add(made);
    return Object.freeze(made);
  }

  function copyKind(value: object, what: string, depth: number): JsonValue {
    if (Array.isArray(value)) return value.map((item: unknown) => copy(item, what, depth + 1));
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== null && prototype !== Object.prototype) {
      const name = value.constructor?.name ?? "class";
      throw executionErrors.WORKFLOW_OUTPUT_INVALID({ what, reason: `it holds an instance of ${name}` });
    }
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.map(([key, item]) => [key, copy(item, what, depth + 1)]));
  }

  return (value, what) => copy(value, what, 0);
}
