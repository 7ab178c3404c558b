import { AppError, messageOf } from "../core/errors.ts";
import { executionErrors } from "./errors.ts";
import type { PlanNode } from "./plan.ts";
import type { RunError } from "./run-events.ts";

/** A node failed; what it failed with is data, because catches, events and checkpoints carry it on. */
export class NodeFailure extends Error {
  override readonly name = "NodeFailure";
  readonly error: RunError;

  constructor(error: RunError, options?: ErrorOptions) {
    super(error.message, options);
    this.error = error;
  }
}

/** What was thrown, as data. Only the message of foreign errors is kept: never a stack, never their members. */
export function toRunError(thrown: unknown, node: PlanNode, port?: string): RunError {
  if (thrown instanceof NodeFailure) return thrown.error;
  const error =
    thrown instanceof AppError
      ? thrown
      : executionErrors.WORKFLOW_NODE_FAILED({ node: node.id, type: node.definition.type, reason: messageOf(thrown) });
  return {
    code: error.code,
    message: error.message,
    node: node.id,
    ...(port === undefined ? {} : { port }),
    retryable: error.retryable,
  };
}

/** Where an error came from, for people: never the stack of the host. */
export function traceOf(error: RunError, type: string | undefined, path: readonly string[]): string {
  const place = error.node === undefined ? [] : [`  at ${error.node}${type === undefined ? "" : ` (${type})`}`];
  return [`${error.code}: ${error.message}`, ...place, ...path.toReversed().map((step) => `  in ${step}`)].join("\n");
}
