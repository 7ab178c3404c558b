import { systemClock } from "../core/clock.ts";
import { startDeadline } from "../core/deadline.ts";
import type { JsonValue } from "../core/json.ts";
import { createMasker } from "../core/mask.ts";
import { createEventSink } from "./event-sink.ts";
import { RunFailed } from "./flow-control.ts";
import { drive, initialState } from "./machine.ts";
import { createPlainJson } from "./plain-json.ts";
import type { Plan } from "./plan.ts";
import { countFlowNodes } from "./progress.ts";
import { reportOf } from "./report.ts";
import { restoreState } from "./restore-state.ts";
import type { RunError, RunStatus } from "./run-events.ts";
import type { RunOptions } from "./run-options.ts";
import type { RunReport } from "./run-report.ts";
import { createSession, type RunSession } from "./run-session.ts";
import type { RunState } from "./run-state.ts";
import { RunStopped, type StopReason, stopReason } from "./run-stop.ts";
import { initialVariables, isInvalidStart, maskSensitive } from "./run-variables.ts";

const DEFAULT_OUTPUT_LIMIT_BYTES = 1024 * 1024;
const LONGEST_MS = 2_147_483_647;

/** How a run ended. */
interface Outcome {
  readonly status: RunStatus;
  readonly error?: RunError;
}

/**
 * Runs a plan to its end.
 *
 * @returns what ran, what did not and why, and what came out of it; `completed` only if the flow really ended. Whatever
 * the workflow does, or is given as variables, ends in a report.
 *
 * Rejects for mistakes of the caller only: a checkpoint that is damaged or of another plan (WORKFLOW_STATE_INVALID), and
 * what `onEvent` or `onCheckpoint` throw.
 */
export async function runPlan(plan: Plan, options: RunOptions = {}): Promise<RunReport> {
  const { clock = systemClock, masker = createMasker(), random = Math.random, onEvent, onCheckpoint } = options;
  const { variables = {}, outputLimitBytes = DEFAULT_OUTPUT_LIMIT_BYTES } = options;
  const timeoutMs = Math.min(options.timeoutMs ?? 0, LONGEST_MS);
  const plain = createPlainJson();
  const sink = createEventSink(onEvent, { clock, masker });
  const startedMs = clock.monotonicMs();
  maskSensitive(plan, variables, masker);
  const start = startingState(plan, options, plain);
  const { state } = start;
  maskSensitive(plan, state.flow.variables, masker);
  const beforeMs = state.elapsedMs;
  const noteTime = (): void => {
    state.elapsedMs = beforeMs + clock.monotonicMs() - startedMs;
  };
  const deadline = startDeadline("The run", timeoutMs, options.signal);
  const { signal } = deadline;
  const session = createSession({
    plan,
    state,
    flow: state.flow,
    sink,
    masker,
    clock,
    random,
    capabilities: options.capabilities,
    signal,
    stopReason: () => stopReason(signal, options.signal, timeoutMs),
    plain,
  });
  const checkpoint =
    onCheckpoint &&
    (() => {
      noteTime();
      return onCheckpoint(structuredClone(state));
    });
  try {
    sink.emit({ type: "run.started", workflow: plan.name, totalNodes: countFlowNodes(plan) });
    const outcome = start.error === undefined ? await driveToEnd(session, checkpoint) : start;
    noteTime();
    if (outcome.status === "completed" && state.progress < 1) {
      state.progress = 1;
      sink.emit({ type: "progress", value: 1 });
    }
    sink.emit({ type: "run.finished", status: outcome.status, durationMs: state.elapsedMs });
    return reportOf(plan, state, { ...outcome, masker, outputLimitBytes });
  } finally {
    deadline.clear();
  }
}

/** The state to begin with; variables that cannot be used end the run before it starts. */
function startingState(
  plan: Plan,
  options: RunOptions,
  plain: ReturnType<typeof createPlainJson>,
): Outcome & { readonly state: RunState } {
  const begin = (variables: Record<string, JsonValue>): RunState =>
    initialState(plan.fingerprint, plan.entries, variables);
  if (options.resumeFrom !== undefined) {
    return { status: "completed", state: restoreState(plan, options.resumeFrom, plain) };
  }
  try {
    return { status: "completed", state: begin(initialVariables(plan, options.variables ?? {}, plain)) };
  } catch (error) {
    if (!isInvalidStart(error)) throw error;
    const { code, message, retryable } = error;
    return { status: "failed", error: { code, message, retryable }, state: begin({}) };
  }
}

/** @param node the one that began last. */
function stoppedAt({ status, error }: StopReason, node: string | undefined): Outcome {
  return { status, error: { ...error, ...(node !== undefined && { node }) } };
}

async function driveToEnd(session: RunSession, checkpoint: (() => Promise<void> | void) | undefined): Promise<Outcome> {
  try {
    await drive(session, checkpoint);
    return { status: "completed" };
  } catch (error) {
    if (error instanceof RunFailed) return { status: "failed", error: error.error };
    if (error instanceof RunStopped) return stoppedAt(session.stopReason(), session.state.reached.at(-1));
    throw error;
  }
}
