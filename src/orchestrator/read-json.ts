import { type JsonValue, jsonDepth } from "../core/json.ts";
import { orchestratorErrors } from "./errors.ts";

/** Nesting no honest request has; deeper values would overflow the stack of what reads them. */
const MAX_DEPTH = 200;

/**
 * Reads the JSON text of a request. A byte order mark is forgiven; `__proto__` keys are not.
 *
 * Throws REQUEST_MALFORMED with line and column where the engine tells the position.
 */
export function readJson(text: string): JsonValue {
  const value = parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
  if (jsonDepth(value, MAX_DEPTH) > MAX_DEPTH) {
    throw orchestratorErrors.REQUEST_MALFORMED({ problem: `the JSON nests deeper than ${MAX_DEPTH} levels` });
  }
  return value;
}

function parse(text: string): JsonValue {
  let hasPrototypeKey = false;
  try {
    // The reviver costs time, so it runs only where the key can be spelled.
    const mayHaveKey = text.includes("__proto__") || text.includes("\\u005f") || text.includes("\\u005F");
    const value = mayHaveKey
      ? JSON.parse(text, (key, item: unknown) => {
          hasPrototypeKey ||= key === "__proto__";
          return item;
        })
      : JSON.parse(text);
    if (hasPrototypeKey) throw orchestratorErrors.REQUEST_MALFORMED({ problem: "the key __proto__ is not allowed" });
    return value as JsonValue;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw orchestratorErrors.REQUEST_MALFORMED(describeSyntaxError(text, error.message));
  }
}

/** The engine's message quotes the text around the mistake, which may hold secrets: only the position is kept. */
function describeSyntaxError(
  text: string,
  message: string,
): { problem: string; position?: number; line?: number; column?: number } {
  if (text.trim() === "") return { problem: "the body is empty, JSON was expected" };
  const found = /position (\d+)/.exec(message)?.[1];
  const position = found === undefined ? endPosition(text, message) : Number(found);
  if (position === undefined) return { problem: "the body is not JSON" };
  const before = text.slice(0, position);
  const line = before.split("\n").length;
  return { problem: "the body is not JSON", position, line, column: position - before.lastIndexOf("\n") };
}

/** Text that breaks off is reported without a position. */
function endPosition(text: string, message: string): number | undefined {
  return /end of JSON input/.test(message) ? text.length : undefined;
}
