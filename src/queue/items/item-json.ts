import { type JsonObject, storableText } from "../../core/json.ts";

/** Data and outputs of items: at most 1 MiB of JSON text … */
const MAX_ITEM_BYTES = 1_048_576;
/** … and 64 levels of lists and objects. */
const MAX_LEVELS = 64;

/** The JSON text to store, or what is wrong with the value: `.lines.0 must be a finite number`. */
export type EncodedItemJson =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "problem"; readonly path: readonly string[]; readonly message: string };

/**
 * Makes JSON text of an object from outside. What JSON cannot say (NaN, functions, Dates, cycles) is a problem and not
 * silence; U+0000 and lone surrogates become U+FFFD, because SQL that reads the column would fail on them.
 */
export function encodeItemJson(value: unknown): EncodedItemJson {
  if (!isPlainObject(value)) return problem([], "must be an object");
  // Every value takes a byte at least; so even a cycle that fans out ends.
  const budget = { values: MAX_ITEM_BYTES };
  const found = examine(value, [], budget);
  if (found !== undefined) return found;
  const text = JSON.stringify(clean(value));
  if (Buffer.byteLength(text) > MAX_ITEM_BYTES) return problem([], `is larger than ${MAX_ITEM_BYTES} bytes of JSON`);
  return { kind: "text", text };
}

type Problem = Extract<EncodedItemJson, { kind: "problem" }>;

function problem(path: readonly string[], message: string): Problem {
  return { kind: "problem", path, message };
}

function examine(value: unknown, path: readonly string[], budget: { values: number }): Problem | undefined {
  if (--budget.values < 0) return problem([], `is larger than ${MAX_ITEM_BYTES} bytes of JSON`);
  if (typeof value === "string" || typeof value === "boolean") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : problem(path, "must be a finite number");
  if (typeof value !== "object") return problem(path, `must be JSON, which has no ${typeof value}`);
  if (value === null) return undefined;
  if (path.length >= MAX_LEVELS) return problem([], `nests deeper than ${MAX_LEVELS} levels`);
  if (!Array.isArray(value) && !isPlainObject(value)) return problem(path, "must be plain JSON data");
  for (const [key, child] of Object.entries(value)) {
    if (child === undefined && !Array.isArray(value)) continue;
    const found = examine(child, [...path, key], budget);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isPlainObject(value: unknown): value is JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function clean(value: unknown): unknown {
  if (typeof value === "string") return storableText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [storableText(key), clean(child)]));
}
