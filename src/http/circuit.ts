/**
 * Whether a server that keeps failing is tried again.
 *
 * Pure. Closed: requests pass. Open: none passes. Half-open, after a while: one at a time, to see whether it is back.
 */

export interface CircuitRules {
  /** Consecutive failures that open it. */
  readonly failuresToOpen: number;
  /** Milliseconds it stays open. */
  readonly openMs: number;
  /** Consecutive successes, once half-open, that close it. */
  readonly successesToClose: number;
}

export type Circuit =
  | { readonly state: "closed"; readonly failures: number }
  | { readonly state: "open"; readonly untilMs: number; readonly failures: number }
  | { readonly state: "half-open"; readonly successes: number; readonly isProbing: boolean; readonly failures: number };

export type Admission =
  | { readonly kind: "pass"; readonly circuit: Circuit }
  | { readonly kind: "refuse"; readonly failures: number; readonly retryInMs: number };

export const CLOSED_CIRCUIT: Circuit = { state: "closed", failures: 0 };

/** @param nowMs of a monotonic clock. */
export function admit(circuit: Circuit, nowMs: number): Admission {
  if (circuit.state === "closed") return { kind: "pass", circuit };
  const { failures } = circuit;
  if (circuit.state === "open") {
    const retryInMs = Math.ceil(circuit.untilMs - nowMs);
    if (retryInMs > 0) return { kind: "refuse", failures, retryInMs };
    return { kind: "pass", circuit: { state: "half-open", successes: 0, isProbing: true, failures } };
  }
  if (circuit.isProbing) return { kind: "refuse", failures, retryInMs: 0 };
  return { kind: "pass", circuit: { ...circuit, isProbing: true } };
}

/** @param outcome `neutral` says nothing about the server: the caller gave up, or the request was wrong. */
export function settle(
  circuit: Circuit,
  outcome: "success" | "failure" | "neutral",
  rules: CircuitRules,
  nowMs: number,
): Circuit {
  if (circuit.state === "closed") {
    if (outcome === "failure") return openIfDue(circuit.failures + 1, rules, nowMs);
    return outcome === "success" ? CLOSED_CIRCUIT : circuit;
  }
  // Sent before it opened; too late to change anything.
  if (circuit.state === "open") return circuit;
  if (outcome === "failure") return { state: "open", untilMs: nowMs + rules.openMs, failures: circuit.failures + 1 };
  const successes = circuit.successes + (outcome === "success" ? 1 : 0);
  return successes >= rules.successesToClose ? CLOSED_CIRCUIT : { ...circuit, successes, isProbing: false };
}

function openIfDue(failures: number, rules: CircuitRules, nowMs: number): Circuit {
  if (failures < rules.failuresToOpen) return { state: "closed", failures };
  return { state: "open", untilMs: nowMs + rules.openMs, failures };
}
