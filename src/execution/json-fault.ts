import { type JsonFault, lineAndColumn, scanJson } from "./json-scanner.ts";

/** Where a JSON text is broken, why, and what to do about it; line and column count from 1. Quotes nothing of the text but keys. */
export interface JsonFaultPlace {
  readonly kind: JsonFault["kind"] | "duplicate-key";
  readonly line: number;
  readonly column: number;
  readonly reason: string;
  readonly suggestion: string;
}

/** The first thing that is wrong with a JSON text without byte order mark; undefined when nothing is. */
export function findJsonFault(text: string, maxDepth: number): JsonFaultPlace | undefined {
  const { fault } = scanJson(text, maxDepth);
  return fault && placeFault(text, fault);
}

/**
 * The first key that occurs twice in one object of a JSON text without byte order mark; undefined when none does, and where
 * the text is broken before.
 */
export function findDuplicateKey(text: string, maxDepth: number): JsonFaultPlace | undefined {
  const [first] = scanJson(text, maxDepth).duplicates;
  if (first === undefined) return undefined;
  const key = first.key.length > KEY_LENGTH ? `${first.key.slice(0, KEY_LENGTH)}…` : first.key;
  return placeFault(text, { kind: "duplicate-key", reason: `the key "${key}" occurs twice`, position: first.position });
}

/** Longer keys are cut in messages. */
const KEY_LENGTH = 100;

interface PlaceableFault extends Omit<JsonFault, "kind"> {
  readonly kind: JsonFaultPlace["kind"];
}

export function placeFault(text: string, { kind, reason, position }: PlaceableFault): JsonFaultPlace {
  return { kind, reason, ...lineAndColumn(text, position), suggestion: SUGGESTIONS[kind] };
}

const SUGGESTIONS: Readonly<Record<JsonFaultPlace["kind"], string>> = {
  invalid: "correct the JSON at this place",
  "duplicate-key": "rename or remove one of them; only the last would be read",
  "too-deep": "flatten the data, or pass it as JSON text",
};
