import { AppError } from "../core/errors.ts";
import { isJsonObject, type JsonValue } from "../core/json.ts";
import { codePoints } from "./code-points.ts";
import { executionErrors } from "./errors.ts";
import type { PathExpression } from "./expression-ast.ts";
import { kindOf } from "./expression-values.ts";
import { didYouMean } from "./near-name.ts";
import { systemValue } from "./system-values.ts";
import type { ValueScope } from "./value-scope.ts";

/**
 * The value a path leads to. Only own data is read: no prototype, no property of the host.
 *
 * @throws WORKFLOW_REFERENCE_UNKNOWN, EXPRESSION_INDEX_OUT_OF_RANGE, EXPRESSION_TYPE_MISMATCH
 */
export function readPath(path: PathExpression, scope: ValueScope): JsonValue {
  const [start, rest] = readHead(path, scope);
  let value = start;
  let what = path.head;
  for (const step of path.steps.slice(path.steps.length - rest)) {
    value = stepInto(value, step, { what, at: path.at });
    what = typeof step === "number" ? `${what}[${step}]` : `${what}.${step}`;
  }
  return value;
}

/** As `readPath`, but undefined when the path leads nowhere. */
export function readPathOrNothing(path: PathExpression, scope: ValueScope): JsonValue | undefined {
  try {
    return readPath(path, scope);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/** The value of the head, and how many steps are left behind it. `node.port` is read at once. */
function readHead(path: PathExpression, scope: ValueScope): readonly [JsonValue, number] {
  const { head, steps } = path;
  if (head.startsWith("$")) {
    const value = systemValue(head, scope.now());
    if (value !== undefined) return [value, steps.length];
  }
  const [member] = steps;
  const port = typeof member === "string" ? member : undefined;
  const output = port === undefined ? undefined : scope.output(head, port);
  if (output !== undefined) return [output, steps.length - 1];
  const value = scope.value(head);
  if (value === undefined) {
    const reason = scope.explain(head, port) ?? "nothing has this name: no variable, no node";
    throw unknown(path, port, { reason, suggestion: didYouMean(head, scope.names()) });
  }
  const reason =
    port === undefined || !isJsonObject(value) || Object.hasOwn(value, port) ? undefined : scope.explain(head, port);
  if (reason !== undefined && port !== undefined) {
    throw unknown(path, port, { reason, suggestion: didYouMean(port, Object.keys(value ?? {})) });
  }
  return [value, steps.length];
}

function unknown(
  path: PathExpression,
  member: string | undefined,
  { reason, suggestion }: { readonly reason: string; readonly suggestion: string | undefined },
): AppError {
  const name = member === undefined ? path.head : `${path.head}.${member}`;
  return executionErrors.WORKFLOW_REFERENCE_UNKNOWN({ name, reason, position: path.at, suggestion });
}

/**
 * An element of a list, a value of a dict or a character of text. Negative indexes count from the end.
 *
 * @param place.what how messages call the value; `at` the character of the text.
 */
export function stepInto(
  value: JsonValue,
  key: JsonValue,
  place: { readonly what: string; readonly at: number },
): JsonValue {
  const { what, at } = place;
  if (isJsonObject(value)) return memberOf(value, key, place);
  if (typeof value !== "string" && !Array.isArray(value)) {
    const reason = `it is ${kindOf(value)} and has no members`;
    throw executionErrors.WORKFLOW_REFERENCE_UNKNOWN({ name: `${what}.${nameOf(key)}`, reason, position: at });
  }
  if (typeof key !== "number" || !Number.isInteger(key)) {
    const reason = `${what} is ${kindOf(value)}: only a whole number leads into it, and len(x) tells its length`;
    throw executionErrors.EXPRESSION_TYPE_MISMATCH({ reason, position: at });
  }
  const items: readonly JsonValue[] = typeof value === "string" ? codePoints(value) : value;
  const item = items.at(key);
  if (item === undefined) {
    throw executionErrors.EXPRESSION_INDEX_OUT_OF_RANGE({ index: key, length: items.length, position: at });
  }
  return item;
}

function memberOf(
  value: Readonly<Record<string, JsonValue>>,
  key: JsonValue,
  place: { readonly what: string; readonly at: number },
): JsonValue {
  const name = nameOf(key);
  const member = Object.hasOwn(value, name) ? value[name] : undefined;
  if (member !== undefined) return member;
  throw executionErrors.WORKFLOW_REFERENCE_UNKNOWN({
    name: `${place.what}.${name}`,
    reason: `${place.what} has no such member`,
    position: place.at,
    suggestion: didYouMean(name, Object.keys(value).slice(0, 1_000)),
  });
}

function nameOf(key: JsonValue): string {
  return typeof key === "object" ? "?" : String(key);
}
