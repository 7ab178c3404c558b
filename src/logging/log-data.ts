/**
 * Anything that code wants to log as plain, masked, bounded JSON data.
 *
 * Pure, and total: it answers for cycles, throwing getters, hostile proxies and endless depth.
 */
import { AppError } from "../core/errors.ts";
import type { JsonValue } from "../core/json.ts";
import type { Masker } from "../core/mask.ts";

const MAX_DEPTH = 8;
const MAX_ENTRIES = 200;
const MAX_TEXT_LENGTH = 32_768;
const MAX_CAUSES = 8;

/** Names that the line itself uses. */
const RESERVED = new Set(["level", "time", "name", "msg"]);

/** The facts of one line; a fact with a reserved name gets `_` appended. */
export function toLogFacts(facts: object, masker: Masker): Record<string, JsonValue> {
  const data = facts instanceof Error ? { error: facts } : facts;
  const plain = toLogData(data, masker);
  if (typeof plain !== "object" || plain === null || Array.isArray(plain)) return { facts: plain };
  return Object.fromEntries(Object.entries(plain).map(([key, value]) => [RESERVED.has(key) ? `${key}_` : key, value]));
}

export function toLogData(value: unknown, masker: Masker): JsonValue {
  return convert(value, { masker, ancestors: [] });
}

/** Masked first and cut afterwards, so that the cut cannot leave half a secret. */
export function toLogText(text: string, masker: Masker): string {
  const masked = masker.text(text);
  return masked.length > MAX_TEXT_LENGTH
    ? `${masked.slice(0, MAX_TEXT_LENGTH)}… (${masked.length} characters)`
    : masked;
}

interface Walk {
  readonly masker: Masker;
  readonly ancestors: readonly object[];
}

function convert(value: unknown, walk: Walk): JsonValue {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return toLogText(value, walk.masker);
  if (typeof value === "number" || typeof value === "bigint") return convertNumber(value, walk.masker);
  if (typeof value === "boolean") return value;
  if (typeof value === "object") return convertSafely(value, walk);
  return `[${typeof value}]`;
}

/** A secret may be a number, such as a PIN. */
function convertNumber(value: number | bigint, masker: Masker): JsonValue {
  const text = String(value);
  const masked = masker.text(text);
  // JSON has no negative zero.
  return masked === text && typeof value === "number" && Number.isFinite(value) ? value + 0 : masked;
}

function convertSafely(value: object, walk: Walk): JsonValue {
  try {
    return convertObject(value, walk);
  } catch {
    return "[unreadable]";
  }
}

function convertObject(value: object, { masker, ancestors }: Walk): JsonValue {
  if (ancestors.includes(value)) return "[circular]";
  if (ancestors.length >= MAX_DEPTH) return "[too deep]";
  const walk: Walk = { masker, ancestors: [...ancestors, value] };
  if (value instanceof Error) return convertError(value, walk);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
  if (value instanceof URL) return toLogText(value.href, masker);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map) return convertEntries([...value].slice(0, MAX_ENTRIES), value.size, walk);
  if (value instanceof Set) return convertList([...value], walk);
  if (Array.isArray(value)) return convertList(value, walk);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return convertEntries(entries, entries.length, walk);
}

function convertList(items: readonly unknown[], walk: Walk): JsonValue {
  const shown = items.slice(0, MAX_ENTRIES).map((item) => convert(item, walk));
  return items.length > MAX_ENTRIES ? [...shown, `[${items.length - MAX_ENTRIES} more]`] : shown;
}

function convertEntries(entries: readonly (readonly [unknown, unknown])[], size: number, walk: Walk): JsonValue {
  const shown = entries
    .slice(0, MAX_ENTRIES)
    .map(([key, item]): [string, JsonValue] => [toLogText(String(key), walk.masker), convert(item, walk)]);
  if (size > MAX_ENTRIES) shown.push(["…", `[${size - MAX_ENTRIES} more]`]);
  return Object.fromEntries(shown);
}

/** Code, message, details and the chain of causes; the stack only of the outermost, which holds the others' frames. */
function convertError(error: Error, walk: Walk): JsonValue {
  const chain: JsonValue[] = [];
  for (let cause: unknown = error.cause; cause !== undefined && chain.length < MAX_CAUSES; ) {
    chain.push(cause instanceof Error ? describeError(cause, walk) : convert(cause, walk));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return {
    ...describeError(error, walk),
    ...(error.stack !== undefined && { stack: toLogText(error.stack, walk.masker) }),
    ...(chain.length > 0 && { causes: chain }),
  };
}

function describeError(error: Error, walk: Walk): Record<string, JsonValue> {
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const details = error instanceof AppError ? error.details : undefined;
  return {
    type: toLogText(error.name, walk.masker),
    ...(code !== undefined && { code: toLogText(code, walk.masker) }),
    message: toLogText(error.message, walk.masker),
    ...(details !== undefined && { details: convert(details, walk) }),
  };
}
