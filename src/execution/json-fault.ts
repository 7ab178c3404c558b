import { type JsonFault, lineAndColumn, scanJson } from "./json-scanner.ts";

/** Where a JSON text is broken, why, and what to do about it; line and column count from 1. Quotes nothing of the text. */
export interface JsonFaultPlace {
  readonly kind: JsonFault["kind"];
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

export function placeFault(text: string, { kind, reason, position }: JsonFault): JsonFaultPlace {
  return { kind, reason, ...lineAndColumn(text, position), suggestion: SUGGESTIONS[kind] };
}

const SUGGESTIONS: Readonly<Record<JsonFault["kind"], string>> = {
  invalid: "correct the JSON at this place",
  "too-deep": "flatten the data, or pass it as JSON text",
};
