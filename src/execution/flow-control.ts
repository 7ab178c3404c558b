import { targetsOf } from "./draft.ts";
import { errorOutputs, handlersOf, handlingOf, toleratedOutput } from "./failure.ts";
import { enqueue, pathOf } from "./frames.ts";
import { ownValue, setOwn } from "./own-values.ts";
import type { PlanNode } from "./plan.ts";
import { traceOf } from "./run-error.ts";
import type { RunError } from "./run-events.ts";
import { begin, type Failure, finish, noteFailure, publish, type RunSession } from "./run-session.ts";
import type { Unwinding } from "./run-state.ts";
import { unwind } from "./unwinding.ts";

/** A failure that nobody handled: the run has failed. */
export class RunFailed extends Error {
  override readonly name = "RunFailed";
  readonly error: RunError;

  constructor(error: RunError) {
    super(error.message);
    this.error = error;
  }
}

/** The node with this id. A plan never names one that it does not have. */
export function nodeOf(session: RunSession, id: string): PlanNode {
  const node = session.plan.nodes.get(id);
  if (node === undefined) throw new RangeError(`The plan has no node ${id}`);
  return node;
}

/** Follows a flow output: what it is connected with is queued in the block that runs. */
export function take(session: RunSession, node: PlanNode, port: string): void {
  const { state } = session;
  const before = ownValue(state.taken, node.id) ?? [];
  if (!before.includes(port)) setOwn(state.taken, node.id, [...before, port]);
  session.flow.frames = enqueue(session.flow.frames, targetsOf(node, port));
}

/** Leaves blocks for an error, a break or a continue. @throws RunFailed when an error gets through to the outside. */
export function leaveBlocks(session: RunSession, cause: Unwinding): void {
  const landing = unwind(session.flow.frames, cause, handlersOf(session));
  if (landing.kind === "uncaught") throw new RunFailed(landing.error);
  const errorPath = pathOf(session.flow.frames);
  session.flow.frames = landing.frames;
  if (landing.kind === "catch") enterCatch(session, nodeOf(session, landing.handler), landing.error, errorPath);
  if (landing.kind === "finally") enterFinally(session, nodeOf(session, landing.handler));
}

// Four parameters: the session, the handler, what it handles and where that happened.
function enterCatch(session: RunSession, handler: PlanNode, error: RunError, errorPath: readonly string[]): void {
  const type = error.node === undefined ? undefined : session.plan.nodes.get(error.node)?.definition.type;
  enterHandler(session, handler, "catch_body", {
    error_message: error.message,
    error_type: error.code,
    stack_trace: traceOf(error, type, errorPath),
  });
}

/** The top frame is the try, in phase finally. */
export function enterFinally(session: RunSession, handler: PlanNode): void {
  const top = session.flow.frames.at(-1);
  const had = top?.kind === "try" && top.hadError;
  enterHandler(session, handler, "finally_body", { had_error: had });
}

// Four parameters: the session, the handler, where it leads and what it tells.
function enterHandler(
  session: RunSession,
  handler: PlanNode,
  port: string,
  outputs: Readonly<Record<string, string | boolean>>,
): void {
  const path = pathOf(session.flow.frames);
  const startedMs = begin(session, handler, path);
  publish(session, handler, outputs);
  finish(session, handler, { path, startedMs, route: port });
  take(session, handler, port);
}

/**
 * What happens after a node has failed for good: the error port, an open try, or what the file says.
 *
 * @throws RunFailed
 */
export function fail(session: RunSession, node: PlanNode, failure: Failure): void {
  const { error } = failure;
  const handledBy = handlingOf(session, node, error);
  noteFailure(session, node, failure, handledBy);
  switch (handledBy) {
    case "error-port":
      publish(session, node, errorOutputs(error));
      take(session, node, node.definition.errorOutput ?? "");
      return;
    case "policy": {
      session.state.toleratedErrors.push(error);
      const port = toleratedOutput(node);
      if (port !== undefined) goOn(session, node, port);
      return;
    }
    case "catch":
    case "none":
      leaveBlocks(session, { kind: "throw", error });
  }
}

/** Follows an output; of a loop start, `completed` may be connected at the loop's end instead. */
export function goOn(session: RunSession, node: PlanNode, port: string): void {
  const { structure } = node.definition;
  const isLoop = structure === "for" || structure === "while";
  take(session, node, port);
  if (!isLoop || port !== "completed" || targetsOf(node, "completed").length > 0) return;
  for (const end of node.pairs.ends ?? []) take(session, nodeOf(session, end), "exec_out");
}
