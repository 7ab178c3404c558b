import { AppError } from "../core/errors.ts";
import { isJsonObject, type JsonValue } from "../core/json.ts";
import type { Masker } from "../core/mask.ts";
import { executionErrors } from "./errors.ts";
import { setOwn } from "./own-values.ts";
import type { PlainJson } from "./plain-json.ts";
import type { Plan } from "./plan.ts";
import { coerceToType } from "./variable-types.ts";
import type { VariableDeclaration, VariableType } from "./workflow-file.ts";

/**
 * The variables a run starts with: the file's defaults, and over them the given values, read as the declared types.
 *
 * @throws WORKFLOW_VARIABLE_INVALID, WORKFLOW_OUTPUT_INVALID
 */
export function initialVariables(
  plan: Plan,
  given: Readonly<Record<string, JsonValue>>,
  plain: PlainJson,
): Record<string, JsonValue> {
  const variables: Record<string, JsonValue> = {};
  for (const { name, defaultValue } of plan.variables.values()) {
    setOwn(variables, name, plain(defaultValue, `Variable ${name}`));
  }
  for (const [name, value] of Object.entries(given)) {
    const type = plan.variables.get(name)?.type ?? "Any";
    const coerced = coerceToType(plain(value, `Variable ${name}`), type);
    if (coerced.kind === "mismatch") {
      throw executionErrors.WORKFLOW_VARIABLE_INVALID({ variable: name, type, reason: coerced.reason });
    }
    setOwn(variables, name, plain(coerced.value, `Variable ${name}`));
  }
  return variables;
}

/** Given values that are not of the declared types; those that are not declared may be anything. */
export function findMismatches(
  declared: Iterable<Pick<VariableDeclaration, "name" | "type">>,
  given: Readonly<Record<string, JsonValue>>,
): readonly { readonly name: string; readonly type: VariableType; readonly reason: string }[] {
  return [...declared].flatMap(({ name, type }) => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    const coerced = value === undefined ? undefined : coerceToType(value, type);
    return coerced?.kind === "mismatch" ? [{ name, type, reason: coerced.reason }] : [];
  });
}

/** From now on nothing in this value leaves the process unmasked. */
export function maskValue(value: JsonValue | undefined, masker: Masker): void {
  if (typeof value === "string") masker.add(value);
  else if (typeof value === "number") masker.add(String(value));
  else if (Array.isArray(value)) for (const item of value as readonly JsonValue[]) maskValue(item, masker);
  else if (isJsonObject(value)) for (const item of Object.values(value)) maskValue(item, masker);
}

/** Masks the values of all sensitive variables. */
export function maskSensitive(plan: Plan, values: Readonly<Record<string, JsonValue>>, masker: Masker): void {
  for (const { name, sensitive } of plan.variables.values()) {
    if (sensitive && Object.hasOwn(values, name)) maskValue(values[name], masker);
  }
}

/** @throws WORKFLOW_VARIABLE_READONLY */
export function assertWritable(plan: Plan, name: string): void {
  if (plan.variables.get(name)?.readonly) throw executionErrors.WORKFLOW_VARIABLE_READONLY({ variable: name });
}

/** Is this about a value that cannot be used, rather than a bug? */
export function isInvalidStart(error: unknown): error is AppError {
  return (
    error instanceof AppError &&
    (error.code === "WORKFLOW_VARIABLE_INVALID" || error.code === "WORKFLOW_OUTPUT_INVALID")
  );
}
