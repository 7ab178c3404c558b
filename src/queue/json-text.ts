import { isJsonObject, storableText } from "../core/json.ts";
import { queueErrors } from "./errors.ts";

/** Payloads and results: at most 1 MiB of JSON text … */
export const MAX_JSON_BYTES = 1_048_576;
/** … and 64 levels of arrays and objects. */
const MAX_JSON_DEPTH = 64;

const LONGEST_PATH = 200;
/** Escapes that JSON.stringify writes for U+0000 and lone surrogates; an escaped backslash before it is a false alarm. */
const UNSTORABLE = /\\u(?:0000|d[89a-f])/;

interface Problem {
  /** Keys from the root down to the value. */
  readonly path: readonly string[];
  readonly text: string;
}

/**
 * The JSON text to store for a value from outside.
 *
 * U+0000 and lone surrogates in texts become U+FFFD, because readers of the column in SQL would fail on them.
 * Rejects with QUEUE_INVALID what JSON cannot say (NaN, Infinity, functions, Dates, cycles) or what is too deep or large.
 *
 * @param name what the value is, for the message: `payload`.
 */
export function encodeJson(name: string, value: unknown, maxBytes: number = MAX_JSON_BYTES): string {
  const found = findProblem(value, maxBytes);
  if (found !== undefined) {
    const path = [name, ...found.path].join(".").slice(0, LONGEST_PATH);
    throw queueErrors.QUEUE_INVALID({ path, problem: found.text });
  }
  const plain = JSON.stringify(value);
  const text = UNSTORABLE.test(plain) ? JSON.stringify(storable(value)) : plain;
  // A character takes at most three bytes, so short texts need not be measured.
  if (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes) throw tooLarge(name, maxBytes);
  return text;
}

function tooLarge(path: string, maxBytes: number): Error {
  return queueErrors.QUEUE_INVALID({ path, problem: `is larger than ${maxBytes} bytes of JSON` });
}

function findProblem(root: unknown, maxBytes: number): Problem | undefined {
  // Every value takes at least one byte, so this also ends the walk through a cycle that fans out.
  let valuesLeft = maxBytes;

  function walk(value: unknown, depth: number): Problem | undefined {
    if (--valuesLeft < 0) return { path: [], text: `is larger than ${maxBytes} bytes of JSON` };
    if (value === null || typeof value === "string" || typeof value === "boolean") return undefined;
    if (typeof value === "number") {
      return Number.isFinite(value) ? undefined : { path: [], text: "must be a finite number" };
    }
    if (typeof value !== "object") return { path: [], text: `JSON has no ${typeof value}` };
    if (depth >= MAX_JSON_DEPTH) return { path: [], text: `nests deeper than ${MAX_JSON_DEPTH} levels` };
    if (!Array.isArray(value) && !isPlain(value)) return { path: [], text: "must be plain JSON data" };
    for (const key of Object.keys(value)) {
      const child = (value as Readonly<Record<string, unknown>>)[key];
      // A property that is undefined is left out of the text, as everywhere in JavaScript.
      if (child === undefined && !Array.isArray(value)) continue;
      const problem = walk(child, depth + 1);
      if (problem !== undefined) return { path: [key, ...problem.path], text: problem.text };
    }
    return undefined;
  }

  return walk(root, 0);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function storable(value: unknown): unknown {
  if (typeof value === "string") return storableText(value);
  if (Array.isArray(value)) return value.map(storable);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [storableText(key), storable(child)]));
}
