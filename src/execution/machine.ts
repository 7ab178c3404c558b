import { raceAbort } from "../core/deadline.ts";
import { takeNext, topOf } from "./frames.ts";
import type { RunSession } from "./run-session.ts";
import type { FlowState, RunState } from "./run-state.ts";
import { assertRunning } from "./run-stop.ts";
import { endTryPhase, nextForIteration, nextWhileIteration } from "./scopes.ts";
import { runStep } from "./steps.ts";

/** Steps between two turns of the event loop, so that timers, signals and sockets get theirs in a run that never waits. */
const STEPS_PER_TURN = 50;

/**
 * Runs the flow until nothing is left of it.
 *
 * Everything it knows is in the session's state; after every node, `checkpoint` gets its chance to keep a copy.
 *
 * @throws RunFailed, RunStopped, and what the checkpoint or the event listener throws
 */
export async function drive(session: RunSession, checkpoint: (() => Promise<void> | void) | undefined): Promise<void> {
  for (let turn = 1; ; turn++) {
    assertRunning(session);
    if (turn % STEPS_PER_TURN === 0) await nextTurn();
    const next = takeNext(session.flow.frames, session.plan.leadsTo);
    if (next === undefined) {
      if (await endActivation(session)) return;
      continue;
    }
    session.flow.frames = next.frames;
    await runStep(session, next.node);
    assertRunning(session);
    if (checkpoint !== undefined) await keep(checkpoint, session);
  }
}

async function keep(checkpoint: () => Promise<void> | void, session: RunSession): Promise<void> {
  const kept = checkpoint();
  if (kept === undefined) return;
  try {
    await raceAbort(kept, session.signal, "The checkpoint");
  } catch (error) {
    assertRunning(session);
    throw error;
  }
}

/** The block that runs has nothing left to do. @returns true when it is the outermost. */
async function endActivation(session: RunSession): Promise<boolean> {
  const frame = topOf(session.flow.frames);
  if (frame.kind === "root") return true;
  if (frame.kind === "for") nextForIteration(session, frame);
  else if (frame.kind === "while") await nextWhileIteration(session, frame);
  else endTryPhase(session, frame);
  return false;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A state in which nothing has happened yet. */
export function initialState(plan: string, entries: readonly string[], variables: FlowState["variables"]): RunState {
  return {
    version: 2,
    plan,
    flow: flowFrom(entries, variables),
    reached: [],
    counts: {},
    taken: {},
    toleratedErrors: [],
    progress: 0,
    elapsedMs: 0,
  };
}

/** A course of the flow that begins at some nodes. */
function flowFrom(entries: readonly string[], variables: FlowState["variables"]): FlowState {
  return { frames: [{ kind: "root", queue: entries, done: [] }], variables, outputs: {}, evaluations: {} };
}
