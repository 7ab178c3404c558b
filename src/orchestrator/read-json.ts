import { type JsonValue, jsonDepth } from "../core/json.ts";
import { findDuplicateKey, findJsonFault, type JsonFaultPlace } from "../execution/index.ts";
import { orchestratorErrors } from "./errors.ts";

/** Nesting no honest request has; deeper values would overflow the stack of what reads them. */
const MAX_DEPTH = 200;

/**
 * Reads the JSON text of a request. A byte order mark is forgiven; `__proto__` keys are not.
 *
 * Throws REQUEST_MALFORMED with line, column, reason and remedy.
 *
 * @param options.uniqueKeys refuses a key that occurs twice in one object, of which only the last would be read. Looking for
 * it costs several times the parsing.
 */
export function readJson(text: string, options: { readonly uniqueKeys?: boolean } = {}): JsonValue {
  const plain = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const value = parse(plain);
  if (jsonDepth(value, MAX_DEPTH) > MAX_DEPTH) throw describeFault(plain, undefined);
  const twice = options.uniqueKeys === true ? findDuplicateKey(plain, MAX_DEPTH) : undefined;
  if (twice !== undefined) throw malformedAt(twice);
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
    if (hasPrototypeKey) {
      throw orchestratorErrors.REQUEST_MALFORMED({ problem: "the key __proto__ is not allowed; give it another name" });
    }
    return value as JsonValue;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw describeFault(text, error);
  }
}

/**
 * The engine's message quotes the text around the mistake, which may hold secrets, and knows the place only sometimes.
 * Searching it costs several times the parsing, so it is done for what is broken only.
 */
function describeFault(text: string, cause: SyntaxError | undefined): Error {
  if (text.trim() === "") {
    return orchestratorErrors.REQUEST_MALFORMED({ problem: "it is empty, JSON was expected" });
  }
  const fault = findJsonFault(text, MAX_DEPTH);
  if (fault === undefined) return orchestratorErrors.REQUEST_MALFORMED({ problem: "it is not JSON" }, { cause });
  return malformedAt(fault);
}

function malformedAt({ reason: problem, line, column, suggestion }: JsonFaultPlace): Error {
  return orchestratorErrors.REQUEST_MALFORMED({ problem, line, column, suggestion });
}
