import { isJsonObject, type JsonObject, type JsonValue } from "../core/json.ts";
import type { IssueList } from "./issue-list.ts";
import { coerceToType, variableTypeNamed, variableTypeOf } from "./variable-types.ts";
import type { VariableDeclaration, VariableType } from "./workflow-file.ts";
import type { WorkflowLimits } from "./workflow-limits.ts";

const NAMES = "String, Integer, Float, Boolean, List, Dict, DataTable, Any";

/**
 * Variables of a file: an object of declarations or plain values by name, or (in templates) a list of declarations.
 */
export function parseVariables(
  raw: JsonValue | undefined,
  limits: WorkflowLimits,
  issues: IssueList,
): ReadonlyMap<string, VariableDeclaration> {
  const variables = new Map<string, VariableDeclaration>();
  for (const { name, value, path } of declarationsIn(raw, issues)) {
    if (name.trim() === "" || name.length > limits.idLength) {
      issues.error("WORKFLOW_VARIABLE_INVALID", `A variable name must have 1 to ${limits.idLength} characters`, {
        path,
      });
      continue;
    }
    if (variables.has(name)) {
      issues.error("WORKFLOW_VARIABLE_INVALID", `Variable ${name} is declared twice`, {
        path,
        suggestion: "remove one of the declarations",
      });
      continue;
    }
    variables.set(name, parseDeclaration(name, value, path, issues));
  }
  return variables;
}

function* declarationsIn(
  raw: JsonValue | undefined,
  issues: IssueList,
): Generator<{ readonly name: string; readonly value: JsonValue; readonly path: string }> {
  if (raw === undefined || raw === null) return;
  if (isJsonObject(raw)) {
    for (const [name, value] of Object.entries(raw)) yield { name, value, path: `variables.${name}` };
    return;
  }
  if (!Array.isArray(raw)) {
    issues.error("WORKFLOW_SHAPE_INVALID", "variables must be an object of declarations by name", {
      path: "variables",
    });
    return;
  }
  const list: readonly JsonValue[] = raw;
  for (const [index, value] of list.entries()) {
    const name = isJsonObject(value) ? value["name"] : undefined;
    const path = `variables[${index}]`;
    if (typeof name === "string") yield { name, value, path };
    else issues.error("WORKFLOW_VARIABLE_INVALID", "A listed variable has no name", { path });
  }
  issues.note("WORKFLOW_MIGRATED", `The list of ${list.length} variables was keyed by name`, { path: "variables" });
}

// Three parameters and the list of issues they all write to.
function parseDeclaration(name: string, raw: JsonValue, path: string, issues: IssueList): VariableDeclaration {
  if (!isDeclaration(raw)) {
    const type = variableTypeOf(raw);
    return { name, type, defaultValue: raw, description: "", sensitive: false, readonly: false };
  }
  const {
    name: _name,
    type: ownType,
    data_type: templateType,
    default_value: ownDefault,
    value: otherDefault,
    description,
    sensitive,
    readonly,
    ...extra
  } = raw as Record<string, JsonValue | undefined>;
  const defaultValue = ownDefault ?? otherDefault ?? null;
  const type = parseType(ownType ?? templateType, defaultValue, path, issues);
  const coerced = coerceToType(defaultValue, type);
  if (coerced.kind === "mismatch") {
    issues.error("WORKFLOW_VARIABLE_INVALID", `The default of ${name} is no ${type}: ${coerced.reason}`, {
      path: `${path}.default_value`,
      suggestion: "correct the default, or the type",
    });
  }
  return {
    name,
    type,
    defaultValue: coerced.kind === "value" ? coerced.value : defaultValue,
    description: typeof description === "string" ? description : "",
    sensitive: isSet(sensitive),
    readonly: isSet(readonly),
    ...(Object.keys(extra).length === 0 ? {} : { extra: extra as JsonObject }),
  };
}

function isSet(flag: JsonValue | undefined): boolean {
  const coerced = coerceToType(flag ?? null, "Boolean");
  return coerced.kind === "value" && coerced.value === true;
}

/** Not a plain dict value: it has a default, or a type that is one. */
function isDeclaration(raw: JsonValue): raw is JsonObject {
  if (!isJsonObject(raw)) return false;
  if (Object.hasOwn(raw, "default_value")) return true;
  const type = Object.hasOwn(raw, "type")
    ? raw["type"]
    : Object.hasOwn(raw, "data_type")
      ? raw["data_type"]
      : undefined;
  return typeof type === "string" && variableTypeNamed(type) !== undefined;
}

function parseType(raw: JsonValue | undefined, value: JsonValue, path: string, issues: IssueList): VariableType {
  if (raw === undefined || raw === null) return variableTypeOf(value);
  const type = typeof raw === "string" ? variableTypeNamed(raw) : undefined;
  if (type !== undefined) return type;
  issues.warning("WORKFLOW_VARIABLE_TYPE_UNKNOWN", "This variable type is unknown; Any is used", {
    path: `${path}.type`,
    suggestion: `there are ${NAMES}`,
  });
  return "Any";
}
