import type { JsonValue } from "../core/json.ts";
import { nodeErrors } from "./errors.ts";

export interface ParsedJson {
  readonly data: JsonValue;
  /** How many whole numbers lost digits because they lie beyond ±(2^53 − 1); such numbers belong into text. */
  readonly inexactNumbers: number;
}

/**
 * Reads JSON text; a byte order mark is skipped.
 *
 * @param what names the text in the message. Throws NODE_JSON_INVALID with the position of the first error.
 */
export function parseJsonText(text: string, what: string): ParsedJson {
  const bare = text.startsWith("\uFEFF") ? text.slice(1) : text;
  try {
    return { data: JSON.parse(bare) as JsonValue, inexactNumbers: countInexactNumbers(bare) };
  } catch (error) {
    // Not passed on as cause: its message quotes the text, which may hold secrets.
    const position = /at position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
    throw nodeErrors.NODE_JSON_INVALID({ what, position: position === undefined ? undefined : Number(position) });
  }
}

function countInexactNumbers(json: string): number {
  let count = 0;
  // Strings are matched first, so that digits inside them are not taken for numbers.
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g)) {
    if (!token.startsWith('"') && !Number.isSafeInteger(Number(token))) count++;
  }
  return count;
}

/** The line for the log when `inexactNumbers` is not 0. */
export function inexactNote(count: number): string {
  return `${count} whole numbers are too large to be kept exactly; have them sent as text`;
}
