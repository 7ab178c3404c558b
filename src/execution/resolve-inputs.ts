import { AppError } from "../core/errors.ts";
import type { JsonValue } from "../core/json.ts";
import { ENGINE_KEYS, reasonOf } from "./compile-config.ts";
import { label } from "./draft.ts";
import { executionErrors } from "./errors.ts";
import { ownValue } from "./own-values.ts";
import type { PlanNode, PlanValue } from "./plan.ts";
import { NodeFailure, toRunError } from "./run-error.ts";
import type { FlowState } from "./run-state.ts";
import type { ValueScope } from "./value-scope.ts";

/** Parameters of one run of a node. */
export interface Inputs {
  /** What the schema knows, checked and coerced by it. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What it does not know. */
  readonly extra: Readonly<Record<string, JsonValue>>;
  /** Everything as it was before the schema. */
  readonly given: Readonly<Record<string, JsonValue>>;
}

/**
 * The parameters of a node now: what comes over a connection wins over the file, the schema's default comes last.
 *
 * @throws NodeFailure naming the parameter
 */
export function resolveInputs(node: PlanNode, state: Pick<FlowState, "outputs">, scope: ValueScope): Inputs {
  const given = givenValues(node, state, scope);
  const { shape } = node.definition.config;
  // An absent key and one that is undefined are the same to the engine; to a schema they need not be.
  const known = Object.keys(shape).map((key) => [key, given.get(key)] as const);
  const extra = [...given].filter(([key]) => !Object.hasOwn(shape, key) && !ENGINE_KEYS.has(key));
  const result = node.definition.config.safeParse(Object.fromEntries(known));
  if (!result.success) {
    const parameter = String(result.error.issues[0]?.path[0] ?? "?");
    const reason = reasonOf(result.error).replace(`${parameter}: `, "");
    throw new NodeFailure(
      toRunError(executionErrors.WORKFLOW_CONFIG_INVALID({ node: label(node), parameter, reason }), node, parameter),
    );
  }
  return { config: result.data, extra: Object.fromEntries(extra), given: Object.fromEntries(given) };
}

function givenValues(
  node: PlanNode,
  state: Pick<FlowState, "outputs">,
  scope: ValueScope,
): ReadonlyMap<string, JsonValue> {
  const given = new Map<string, JsonValue>();
  for (const [key, value] of node.config)
    if (!node.inputs.has(key)) given.set(key, resolveValue(node, key, value, scope));
  for (const [key, source] of node.inputs) {
    const published = ownValue(ownValue(state.outputs, source.node) ?? {}, source.port);
    const own = node.config.get(key);
    if (published !== undefined) given.set(key, published);
    else if (own !== undefined) given.set(key, resolveValue(node, key, own, scope));
  }
  return given;
}

// Four parameters: whose value, under which name, and where to look things up.
function resolveValue(node: PlanNode, key: string, value: PlanValue, scope: ValueScope): JsonValue {
  if (value.kind === "static") return value.value;
  if (value.kind === "expression") return value.text;
  try {
    return value.template.resolve(scope);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const failure = toRunError(error, node, key);
    const message = `${label(node)}, parameter ${key}: ${failure.message}`;
    throw new NodeFailure({ ...failure, message }, { cause: error });
  }
}
