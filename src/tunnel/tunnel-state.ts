import type { AppError } from "../core/errors.ts";

/**
 * Where a tunnel is. `connecting` lasts from the dial to the answer to hello; `waiting` until the next dial.
 * `closed` is final: with an error when the orchestrator refused the robot, without when it was closed on purpose.
 */
export type TunnelState =
  | { readonly kind: "idle" }
  | { readonly kind: "connecting"; readonly failures: number }
  | { readonly kind: "registered"; readonly failures: number }
  | { readonly kind: "waiting"; readonly failures: number; readonly delayMs: number }
  | { readonly kind: "closed"; readonly error?: AppError };

export type TunnelEvent =
  | { readonly kind: "start" }
  | { readonly kind: "registered" }
  /** @param livedMs how long it had been registered, milliseconds; 0 when it never was. */
  | { readonly kind: "dropped"; readonly livedMs: number }
  | { readonly kind: "retry" }
  | { readonly kind: "refused"; readonly error: AppError }
  | { readonly kind: "close" };

/** A connection that lasted this long was a good one: the next loss starts from the shortest delay again. */
const GOOD_AFTER_MS = 5_000;
const SHORTEST_MS = 250;
/** The longest wait between two dials, milliseconds. */
export const LONGEST_DELAY_MS = 15_000;

/**
 * What the tunnel does next. Events that do not fit the state (a timer that fired late) change nothing.
 *
 * @param dice in [0, 1); spreads the robots of a fleet that lost their orchestrator in the same moment.
 */
export function nextTunnelState(state: TunnelState, event: TunnelEvent, dice: number): TunnelState {
  if (state.kind === "closed") return state;
  let next: TunnelState = state;
  switch (event.kind) {
    case "start":
      if (state.kind === "idle") next = { kind: "connecting", failures: 0 };
      break;
    case "registered":
      if (state.kind === "connecting") next = { kind: "registered", failures: state.failures };
      break;
    case "dropped":
      next = afterDrop(state, event.livedMs, dice);
      break;
    case "retry":
      if (state.kind === "waiting") next = { kind: "connecting", failures: state.failures };
      break;
    case "refused":
      next = { kind: "closed", error: event.error };
      break;
    case "close":
      next = { kind: "closed" };
      break;
  }
  return next;
}

function afterDrop(state: TunnelState, livedMs: number, dice: number): TunnelState {
  if (state.kind !== "connecting" && state.kind !== "registered") return state;
  const failures = livedMs >= GOOD_AFTER_MS ? 1 : state.failures + 1;
  return { kind: "waiting", failures, delayMs: reconnectDelayMs(failures, dice) };
}

/** Doubles with every failure up to the longest delay; the dice spreads it over the upper half. @param failures ≥ 1. */
export function reconnectDelayMs(failures: number, dice: number): number {
  const fullMs = Math.min(SHORTEST_MS * 2 ** Math.min(failures - 1, 30), LONGEST_DELAY_MS);
  return Math.round((fullMs / 2) * (1 + dice));
}
