import { executionErrors } from "./errors.ts";
import type { EventSink } from "./event-sink.ts";
import type { RunError } from "./run-events.ts";

/** The run is over because of what is outside of it; nothing inside may catch this. */
export class RunStopped extends Error {
  override readonly name = "RunStopped";
}

/** @throws RunStopped when the run was cancelled or is out of time; what the listener threw, when it did. */
export function assertRunning(session: { readonly signal: AbortSignal; readonly sink: EventSink }): void {
  if (session.sink.broken !== undefined) throw session.sink.broken.cause;
  if (session.signal.aborted) throw new RunStopped("the run was stopped from outside");
}

/** How a run ends that was stopped from outside. */
export interface StopReason {
  readonly status: "cancelled" | "timed_out";
  readonly error: RunError;
}

/** Why a run stopped. @param signal the caller's; @param timeoutMs the run's limit. */
export function stopReason(run: AbortSignal, signal: AbortSignal | undefined, timeoutMs: number): StopReason {
  const isCancelled = signal?.aborted === true && signal.reason === run.reason;
  const { code, message, retryable } = isCancelled
    ? executionErrors.WORKFLOW_CANCELLED({})
    : executionErrors.WORKFLOW_TIMED_OUT({ timeoutMs });
  return { status: isCancelled ? "cancelled" : "timed_out", error: { code, message, retryable } };
}
