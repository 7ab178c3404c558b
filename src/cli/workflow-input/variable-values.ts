import type { JsonValue } from "../../core/json.ts";
import type { VariableDeclaration } from "../../execution/index.ts";
import { cliErrors } from "../errors.ts";

/** `name=value` of an option; everything after the first `=` is the value. Throws CLI_USAGE. */
export function splitAssignment(option: string, text: string): { readonly name: string; readonly value: string } {
  const equals = text.indexOf("=");
  // The value is left out of the message: it may be a secret that was given in the wrong place.
  if (equals <= 0)
    throw cliErrors.CLI_USAGE({ problem: `${option} needs name=value, with a name before the first "="` });
  return { name: text.slice(0, equals), value: text.slice(equals + 1) };
}

/**
 * The value that text means for a variable.
 *
 * A declared type decides, and the engine reads the text accordingly. Without one (and for Any), text that is JSON is taken
 * as JSON, so that `3`, `true` and `[1]` are what they look like; all else is text.
 */
export function readVariableText(text: string, declaration: VariableDeclaration | undefined): JsonValue {
  if (declaration !== undefined && declaration.type !== "Any") return text;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // Not JSON is an answer, not a failure.
    return text;
  }
}
