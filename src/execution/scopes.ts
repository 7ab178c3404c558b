import type { JsonValue } from "../core/json.ts";
import { evaluateSources } from "./data-nodes.ts";
import { executionErrors } from "./errors.ts";
import { isTruthy } from "./expression-values.ts";
import { handlersOf, handlingOf } from "./failure.ts";
import { enterFinally, fail, goOn, leaveBlocks, nodeOf, take } from "./flow-control.ts";
import { pathOf, withTop } from "./frames.ts";
import { loopItem, loopLength, loopSource } from "./loop-source.ts";
import { ownValue } from "./own-values.ts";
import type { PlanNode } from "./plan.ts";
import { resolveInputs } from "./resolve-inputs.ts";
import { toRunError } from "./run-error.ts";
import { begin, finish, noteFailure, publish, type RunSession, setVariable } from "./run-session.ts";
import type { ForFrame, Frame, TryFrame, WhileFrame } from "./run-state.ts";
import { assertRunning, RunStopped } from "./run-stop.ts";
import { assertWritable } from "./run-variables.ts";

/** Opens a for loop, or goes past it when there is nothing to go through. */
export async function startFor(session: RunSession, node: PlanNode): Promise<void> {
  await guarded(session, node, async ({ path, startedMs }) => {
    await evaluateSources(session, node, { path, handledBy: (error) => handlingOf(session, node, error) });
    const { config } = resolveInputs(node, session.flow, session.scope);
    const source = loopSource(node.id, config, (name) => ownValue(session.flow.variables, name));
    const itemVariable =
      typeof config["item_var"] === "string" && config["item_var"] !== "" ? config["item_var"] : "item";
    for (const suffix of ["", "_index", "_key"]) assertWritable(session.plan, `${itemVariable}${suffix}`);
    const isEmpty = loopLength(source) === 0;
    finish(session, node, { path, startedMs, route: isEmpty ? "completed" : "body" });
    if (isEmpty) return goOn(session, node, "completed");
    const frame = {
      kind: "for",
      node: node.id,
      source,
      itemVariable,
      index: 0,
      broken: false,
      queue: [],
      done: [],
    } as const;
    session.flow.frames = [...session.flow.frames, frame];
    enterForIteration(session, node, frame);
  });
}

/** Goes on with the next item after an iteration, or leaves the loop. */
export function nextForIteration(session: RunSession, frame: ForFrame): void {
  const node = nodeOf(session, frame.node);
  const index = frame.index + 1;
  if (frame.broken || index >= loopLength(frame.source)) return leaveLoop(session, node);
  const next = { ...frame, index, queue: [], done: [] };
  session.flow.frames = withTop(session.flow.frames, next);
  enterForIteration(session, node, next);
}

function enterForIteration(session: RunSession, node: PlanNode, frame: ForFrame): void {
  const { item, key } = loopItem(frame.source, frame.index);
  setVariable(session, frame.itemVariable, item);
  setVariable(session, `${frame.itemVariable}_index`, frame.index);
  setVariable(session, `${frame.itemVariable}_key`, key);
  publish(session, node, { current_item: item, current_index: frame.index, current_key: key });
  take(session, node, "body");
}

/** Opens a while loop, or goes past it when the condition does not hold at once. */
export async function startWhile(session: RunSession, node: PlanNode): Promise<void> {
  await guarded(session, node, async ({ path, startedMs }) => {
    const holds = await conditionHolds(session, node, 0);
    finish(session, node, { path, startedMs, route: holds ? "body" : "completed" });
    if (!holds) return goOn(session, node, "completed");
    const frame = { kind: "while", node: node.id, index: 0, broken: false, queue: [], done: [] } as const;
    session.flow.frames = [...session.flow.frames, frame];
    take(session, node, "body");
  });
}

/** Asks the condition again after an iteration. */
export async function nextWhileIteration(session: RunSession, frame: WhileFrame): Promise<void> {
  const node = nodeOf(session, frame.node);
  const { frames } = session.flow;
  if (frame.broken) return leaveLoop(session, node);
  // A condition that fails is the failure of the loop, not of its body.
  session.flow.frames = frames.slice(0, -1);
  const path = pathOf(session.flow.frames);
  const startedMs = session.clock.monotonicMs();
  try {
    const index = frame.index + 1;
    if (!(await conditionHolds(session, node, index))) return goOn(session, node, "completed");
    session.flow.frames = withTop(frames, { ...frame, index, queue: [], done: [] });
    take(session, node, "body");
  } catch (error) {
    failUnlessOver(session, node, { thrown: error, path, startedMs });
  }
}

/** @throws NodeFailure and errors of expressions; WORKFLOW_LOOP_LIMIT when it holds once too often. */
async function conditionHolds(session: RunSession, node: PlanNode, index: number): Promise<boolean> {
  const path = [...pathOf(session.flow.frames), `${node.id}:${index}`];
  publish(session, node, { current_iteration: index });
  await evaluateSources(session, node, { path, handledBy: (error) => handlingOf(session, node, error) });
  const { config } = resolveInputs(node, session.flow, session.scope);
  const holds = verdictOf(session, node, config);
  const limit = Number(config["max_iterations"] ?? 1_000);
  if (holds && index >= limit) throw executionErrors.WORKFLOW_LOOP_LIMIT({ node: node.id, limit });
  return holds;
}

/** `expression` wins over `condition`; the file's text is an expression, a value that came over a connection counts as it is. */
function verdictOf(session: RunSession, node: PlanNode, config: Readonly<Record<string, unknown>>): boolean {
  const { expression } = config;
  const given = typeof expression === "string" && expression.trim() !== "" ? expression : config["condition"];
  const value = (given ?? null) as JsonValue;
  const own = [node.config.get("expression"), node.config.get("condition")];
  const compiled = own.find((part) => part?.kind === "expression" && part.text === value);
  if (compiled?.kind === "expression") return isTruthy(compiled.expression.evaluate(session.scope));
  if (value !== null && value !== "") return isTruthy(value);
  const reason = "is missing; set condition or expression";
  throw executionErrors.WORKFLOW_CONFIG_INVALID({ node: node.id, parameter: "condition", reason });
}

function leaveLoop(session: RunSession, node: PlanNode): void {
  session.flow.frames = session.flow.frames.slice(0, -1);
  goOn(session, node, "completed");
}

/** Opens a try; its body is `try_body`, or `exec_out` in files that connect only that. */
export function startTry(session: RunSession, node: PlanNode): void {
  const path = pathOf(session.flow.frames);
  const startedMs = begin(session, node, path);
  publish(session, node, {});
  const body = bodyOf(node);
  finish(session, node, { path, startedMs, route: body });
  const frame = { kind: "try", node: node.id, phase: "body", hadError: false, queue: [], done: [] } as const;
  session.flow.frames = [...session.flow.frames, frame];
  take(session, node, body);
}

export function bodyOf(node: PlanNode): "try_body" | "exec_out" {
  return node.flow.has("try_body") ? "try_body" : "exec_out";
}

/** Goes on when a part of a try has run to its end. @throws RunFailed when an error was pending that nobody takes. */
export function endTryPhase(session: RunSession, frame: TryFrame): void {
  const below = session.flow.frames.slice(0, -1);
  const last = frame.phase === "finally" ? undefined : handlersOf(session).finallyOf(frame.node);
  if (last !== undefined) {
    const next: Frame = { ...frame, phase: "finally", queue: [], done: [] };
    session.flow.frames = [...below, next];
    return enterFinally(session, nodeOf(session, last));
  }
  if (frame.pending !== undefined) return leaveBlocks(session, frame.pending);
  session.flow.frames = below;
  leaveTry(session, nodeOf(session, frame.node));
}

/** The flow behind a block: what its parts have connected besides their bodies. */
function leaveTry(session: RunSession, node: PlanNode): void {
  if (bodyOf(node) === "try_body" && node.flow.has("exec_out")) take(session, node, "exec_out");
  const parts = [...(node.pairs.catches ?? []), ...(node.pairs.finally === undefined ? [] : [node.pairs.finally])];
  for (const id of parts) {
    const part = nodeOf(session, id);
    if (part.flow.has("exec_out")) take(session, part, "exec_out");
  }
}

/** Runs the opening of a scope; what it throws is a failure of its node. */
async function guarded(
  session: RunSession,
  node: PlanNode,
  open: (run: { readonly path: readonly string[]; readonly startedMs: number }) => Promise<void>,
): Promise<void> {
  const path = pathOf(session.flow.frames);
  const startedMs = begin(session, node, path);
  try {
    await open({ path, startedMs });
  } catch (error) {
    failUnlessOver(session, node, { thrown: error, path, startedMs });
  }
}

/** Turns what a node threw into its failure, unless the run as a whole is over. */
export function failUnlessOver(
  session: RunSession,
  node: PlanNode,
  failure: { readonly thrown: unknown; readonly path: readonly string[]; readonly startedMs: number },
): void {
  const { thrown, path, startedMs } = failure;
  if (thrown instanceof RunStopped) {
    noteFailure(session, node, { error: session.stopReason().error, path, startedMs }, "none");
    throw thrown;
  }
  assertRunning(session);
  fail(session, node, { error: toRunError(thrown, node), path, startedMs });
}
