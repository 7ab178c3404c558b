import { AppError } from "../core/errors.ts";
import type { JsonValue } from "../core/json.ts";
import { type Draft, type Drafts, label } from "./draft.ts";
import { compileExpression } from "./expression.ts";
import type { IssueList } from "./issue-list.ts";
import { didYouMean } from "./near-name.ts";
import { createPlainJson, type PlainJson } from "./plain-json.ts";
import type { PlanValue } from "./plan.ts";
import { compileTemplate } from "./template.ts";

/** Of a node's raw parameters, those that hold an expression of the workflow language; others hold code. */
const EXPRESSION_KEYS: ReadonlySet<string> = new Set(["condition", "expression"]);

/** Parameters of every node, read by the engine. */
export const ENGINE_KEYS: ReadonlySet<string> = new Set(["retry_count", "retry_interval"]);

/** Compiles templates and expressions, and checks all parameters that are known before the run. */
export function compileConfigs(drafts: Drafts, issues: IssueList): void {
  // Runs share the plan: no node may change a value for the next one.
  const freeze = createPlainJson();
  for (const draft of drafts.values()) {
    for (const [key, value] of draft.config) {
      const compiled = compileValue({ draft, key, freeze }, value, issues);
      if (compiled !== undefined) draft.values.set(key, compiled);
    }
    if (draft.disabled) continue;
    checkKeys(draft, issues);
    checkValues(draft, issues);
  }
}

function compileValue(
  { draft, key, freeze }: { readonly draft: Draft; readonly key: string; readonly freeze: PlainJson },
  value: JsonValue,
  issues: IssueList,
): PlanValue | undefined {
  const path = `nodes.${draft.id}.config.${key}`;
  const { rawConfig, structure } = draft.definition;
  if (rawConfig?.includes(key) || (structure === "while" && EXPRESSION_KEYS.has(key))) {
    const isExpression = EXPRESSION_KEYS.has(key) && typeof value === "string" && value.trim() !== "";
    if (!isExpression) return { kind: "static", value: freeze(value, key) };
    try {
      const expression = compileExpression(value);
      draft.references.push(...expression.references);
      return { kind: "expression", text: value, expression };
    } catch (error) {
      report(draft, key, { path, error }, issues);
      return undefined;
    }
  }
  const { template, faults } = compileTemplate(value);
  for (const fault of faults) report(draft, key, { path: `${path}${fault.path}`, error: fault.error }, issues);
  if (faults.length > 0) return undefined;
  if (template === undefined) return { kind: "static", value: freeze(value, key) };
  draft.references.push(...template.references);
  return { kind: "template", template };
}

function report(
  draft: Draft,
  key: string,
  fault: { readonly path: string; readonly error: unknown },
  issues: IssueList,
): void {
  const { error, path } = fault;
  if (!(error instanceof AppError)) throw error;
  issues.error(error.code, `${label(draft)}, parameter ${key}: ${error.message}`, {
    node: draft.id,
    port: key,
    path,
    suggestion: "correct the text at this place; EXPRESSIONS.md has the grammar",
  });
}

/** A parameter that nobody reads is a mistake that would go unnoticed. */
function checkKeys(draft: Draft, issues: IssueList): void {
  const { definition } = draft;
  if (Object.hasOwn(definition.inputs, "*")) return;
  const known = Object.keys(definition.config.shape);
  for (const key of draft.config.keys()) {
    if (known.includes(key) || ENGINE_KEYS.has(key)) continue;
    issues.warning("WORKFLOW_CONFIG_UNKNOWN", `${label(draft)} does not know the parameter ${key}`, {
      node: draft.id,
      port: key,
      path: `nodes.${draft.id}.config.${key}`,
      suggestion: didYouMean(key, known) ?? "remove it",
    });
  }
}

/** Values without references are checked by the node's schema, key by key; if all are known, as a whole too. */
function checkValues(draft: Draft, issues: IssueList): void {
  const { definition } = draft;
  const whole: Record<string, JsonValue | undefined> = {};
  let isWhole = true;
  for (const [key, schema] of Object.entries(definition.config.shape)) {
    const value = draft.values.get(key);
    const isFaulty = value === undefined && draft.config.has(key);
    if (draft.inputs.has(key) || isFaulty || value?.kind === "template" || value?.kind === "expression") {
      isWhole = false;
      continue;
    }
    const result = schema.safeParse(value?.value);
    whole[key] = value?.value;
    if (result.success) continue;
    isWhole = false;
    reportValue(draft, key, { value: value?.value, reason: reasonOf(result.error) }, issues);
  }
  if (!isWhole) return;
  const result = definition.config.safeParse(whole);
  for (const { path, message } of result.error?.issues ?? []) {
    reportValue(draft, String(path[0] ?? ""), { value: true, reason: message }, issues);
  }
}

function reportValue(
  draft: Draft,
  key: string,
  finding: { readonly value: JsonValue | undefined; readonly reason: string },
  issues: IssueList,
): void {
  const { value, reason } = finding;
  const place = { node: draft.id, port: key, path: `nodes.${draft.id}.config${key === "" ? "" : `.${key}`}` };
  if (value === undefined || value === null || value === "") {
    issues.error("WORKFLOW_CONFIG_MISSING", `${label(draft)} needs the parameter ${key}`, {
      ...place,
      suggestion: Object.hasOwn(draft.definition.inputs, key) ? "set it, or connect the input of that name" : "set it",
    });
    return;
  }
  issues.error("WORKFLOW_CONFIG_INVALID", `${label(draft)}, parameter ${key}: ${reason}`, {
    ...place,
    suggestion: "correct the value",
  });
}

/** The first finding of a schema, without the value. */
export function reasonOf(error: {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}): string {
  const [first] = error.issues;
  if (first === undefined) return "is invalid";
  return first.path.length === 0 ? first.message : `${first.path.map(String).join(".")}: ${first.message}`;
}
