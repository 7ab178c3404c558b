import { z } from "zod";
import type { JsonValue } from "../core/json.ts";

/**
 * Parameter types of nodes, with the coercions that workflow files rely on.
 *
 * Files carry numbers and flags as text, and templates yield whatever a variable held. So: empty text counts as "not
 * set" for everything but text; numeric text becomes a number; true/1/yes/on and false/0/no/off become flags.
 */

const notSet = (value: unknown): unknown => (value === "" || value === null ? undefined : value);

/** Text; numbers and flags become text, lists and dicts their JSON. */
export function text(): z.ZodType<string> {
  return z.preprocess((value) => {
    if (value === null || value === undefined) return undefined;
    if (typeof value === "string") return value;
    return JSON.stringify(value);
  }, z.string());
}

/** A number with a fraction. */
export function decimal(range: { readonly min?: number; readonly max?: number } = {}): z.ZodType<number> {
  let schema = z.number({ error: "must be a number" });
  if (range.min !== undefined) schema = schema.min(range.min);
  if (range.max !== undefined) schema = schema.max(range.max);
  return z.preprocess(toNumber, schema);
}

/** A whole number. */
export function integer(range: { readonly min?: number; readonly max?: number } = {}): z.ZodType<number> {
  let schema = z.int({ error: "must be a whole number" });
  if (range.min !== undefined) schema = schema.min(range.min);
  if (range.max !== undefined) schema = schema.max(range.max);
  return z.preprocess(toNumber, schema);
}

function toNumber(value: unknown): unknown {
  const given = notSet(value);
  if (typeof given === "boolean") return Number(given);
  if (typeof given !== "string") return given;
  const trimmed = given.trim();
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : given;
}

const FLAGS: Readonly<Record<string, boolean>> = {
  true: true,
  "1": true,
  yes: true,
  on: true,
  false: false,
  "0": false,
  no: false,
  off: false,
};

/** A flag. */
export function flag(): z.ZodType<boolean> {
  return z.preprocess(
    (value) => {
      const given = notSet(value);
      if (typeof given === "number") return given !== 0;
      return typeof given === "string" ? (FLAGS[given.trim().toLowerCase()] ?? given) : given;
    },
    z.boolean({ error: "must be true or false" }),
  );
}

/** One of the listed words. */
export function choice<const Words extends readonly [string, ...string[]]>(words: Words): z.ZodType<Words[number]> {
  return z.preprocess(notSet, z.enum(words as unknown as [string, ...string[]])) as z.ZodType<Words[number]>;
}

const json = z.unknown().transform((value) => value as JsonValue);

/** Any JSON value; absent stays undefined. */
export function anything(): z.ZodType<JsonValue | undefined> {
  return json.optional();
}

/** A list; JSON text of a list is read. */
export function list(): z.ZodType<readonly JsonValue[]> {
  return z.preprocess(fromJsonText, z.array(json, { error: "must be a list" })) as z.ZodType<readonly JsonValue[]>;
}

/** A dict; JSON text of an object is read. */
export function dict(): z.ZodType<Readonly<Record<string, JsonValue>>> {
  return z.preprocess(fromJsonText, z.record(z.string(), json, { error: "must be a dict" })) as z.ZodType<
    Readonly<Record<string, JsonValue>>
  >;
}

function fromJsonText(value: unknown): unknown {
  const given = notSet(value);
  if (typeof given !== "string" || !/^\s*[[{]/.test(given)) return given;
  try {
    return JSON.parse(given);
  } catch {
    // Not JSON: the schema behind says what was expected.
    return given;
  }
}

/** The parameter may be left out (or empty); then it has this value. */
export function withDefault<T>(schema: z.ZodType<T>, value: T): z.ZodType<T> {
  return z.preprocess((given) => (given === undefined || given === null || given === "" ? value : given), schema);
}

/** Text that may be left out; unlike other types, empty text that was given stays empty. */
export function textOr(value: string): z.ZodType<string> {
  return z.preprocess((given) => given ?? value, text());
}

/** The parameter may be left out (or empty); then it is undefined. */
export function maybe<T>(schema: z.ZodType<T>): z.ZodType<T | undefined> {
  return z.preprocess(notSet, schema.optional());
}
