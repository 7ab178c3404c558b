import type { Clock } from "../core/clock.ts";
import type { JsonValue } from "../core/json.ts";
import type { Masker } from "../core/mask.ts";
import type { EventSink } from "./event-sink.ts";
import { type CompiledExpression, compileExpression } from "./expression.ts";
import { ownValue, setOwn } from "./own-values.ts";
import type { PlainJson } from "./plain-json.ts";
import type { Plan, PlanNode } from "./plan.ts";
import { progressOf } from "./progress.ts";
import type { RunError } from "./run-events.ts";
import type { CapabilitySource } from "./run-options.ts";
import { createRunScope } from "./run-scope.ts";
import type { FlowState, RunState } from "./run-state.ts";
import type { StopReason } from "./run-stop.ts";
import { assertWritable, maskValue } from "./run-variables.ts";
import type { ValueScope } from "./value-scope.ts";

/** Expressions that nodes make up while they run and that are kept compiled. */
const MOST_EXPRESSIONS = 500;

/** One run while it goes on: its state, and the outside it works with. */
export interface RunSession {
  readonly plan: Plan;
  /** Of the whole run. */
  readonly state: RunState;
  /** The course of the flow that this session drives. */
  readonly flow: FlowState;
  readonly scope: ValueScope;
  readonly sink: EventSink;
  readonly masker: Masker;
  readonly clock: Clock;
  readonly random: () => number;
  readonly capabilities: CapabilitySource | undefined;
  /** Aborts when the run is cancelled or out of time. */
  readonly signal: AbortSignal;
  /** Why the signal aborted. */
  readonly stopReason: () => StopReason;
  readonly plain: PlainJson;
  compile(expression: string): CompiledExpression;
}

export type SessionParts = Omit<RunSession, "scope" | "compile">;

export function createSession(parts: SessionParts): RunSession {
  const { plan, flow, clock, random } = parts;
  const compiled = new Map<string, CompiledExpression>();
  return {
    ...parts,
    scope: createRunScope(plan, flow, { now: () => clock.now(), random }),
    compile(text) {
      const known = plan.expressions.get(text) ?? compiled.get(text);
      if (known !== undefined) return known;
      const expression = compileExpression(text);
      if (compiled.size >= MOST_EXPRESSIONS) compiled.clear();
      compiled.set(text, expression);
      return expression;
    },
  };
}

/** @throws WORKFLOW_VARIABLE_READONLY, WORKFLOW_OUTPUT_INVALID */
export function setVariable(session: RunSession, name: string, value: unknown): void {
  assertWritable(session.plan, name);
  const plain = session.plain(value, `Variable ${name}`);
  if (session.plan.variables.get(name)?.sensitive) maskValue(plain, session.masker);
  setOwn(session.flow.variables, name, plain);
}

/** @throws WORKFLOW_VARIABLE_READONLY */
export function deleteVariable(session: RunSession, name: string): void {
  assertWritable(session.plan, name);
  delete session.flow.variables[name];
}

/** Makes outputs visible, in place of the node's earlier ones; undefined ones are left out. @throws WORKFLOW_OUTPUT_INVALID */
export function publish(
  session: RunSession,
  node: PlanNode,
  outputs: Readonly<Record<string, unknown>> | undefined,
): void {
  const given = Object.entries(outputs ?? {}).filter(([, value]) => value !== undefined);
  const entries = given.map(([port, value]): [string, JsonValue] => {
    return [port, session.plain(value, `Output ${port} of ${node.id}`)];
  });
  setOwn(session.flow.outputs, node.id, Object.freeze(Object.fromEntries(entries)));
}

/** Tells that a node runs now. @returns the monotonic time, to be handed back. */
export function begin(session: RunSession, node: PlanNode, path: readonly string[]): number {
  const { state, sink, clock } = session;
  if (!state.reached.includes(node.id)) state.reached.push(node.id);
  sink.emit({ type: "node.started", node: node.id, nodeType: node.definition.type, path });
  return clock.monotonicMs();
}

/** Tells that a node ended well. */
export function finish(
  session: RunSession,
  node: PlanNode,
  run: { readonly path: readonly string[]; readonly startedMs: number; readonly route?: string | undefined },
): void {
  const durationMs = session.clock.monotonicMs() - run.startedMs;
  const isFirst = !Object.hasOwn(session.state.counts, node.id);
  count(session.state, node.id, { failed: false, durationMs });
  session.sink.emit({
    type: "node.finished",
    node: node.id,
    nodeType: node.definition.type,
    path: run.path,
    durationMs,
    ...(run.route === undefined ? {} : { route: run.route }),
  });
  if (isFirst) emitProgress(session);
}

/** A failure of a node: what, where and since when it ran. */
export interface Failure {
  readonly error: RunError;
  readonly path: readonly string[];
  readonly startedMs: number;
}

/** Tells that a node failed, and what that leads to. */
export function noteFailure(
  session: RunSession,
  node: PlanNode,
  { error, path, startedMs }: Failure,
  handledBy: "error-port" | "catch" | "retry" | "policy" | "none",
): void {
  const durationMs = session.clock.monotonicMs() - startedMs;
  count(session.state, node.id, { failed: true, durationMs });
  const nodeType = node.definition.type;
  session.sink.emit({ type: "node.failed", node: node.id, nodeType, path, durationMs, error, handledBy });
}

/** Adds one run of a node to its counts. */
function count(state: RunState, node: string, run: { readonly failed: boolean; readonly durationMs: number }): void {
  const before = ownValue(state.counts, node) ?? { runs: 0, failures: 0, durationMs: 0 };
  setOwn(state.counts, node, {
    runs: before.runs + 1,
    failures: before.failures + (run.failed ? 1 : 0),
    durationMs: before.durationMs + run.durationMs,
  });
}

function emitProgress(session: RunSession): void {
  const { plan, state } = session;
  const value = progressOf(plan, state);
  if (value <= state.progress) return;
  state.progress = value;
  session.sink.emit({ type: "progress", value });
}
