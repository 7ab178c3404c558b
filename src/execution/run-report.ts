import type { JsonValue } from "../core/json.ts";
import type { RunError, RunStatus } from "./run-events.ts";

/** The truth about one run: what ran, what did not and why, and what came out of it. Secrets are masked. */
export interface RunReport {
  readonly status: RunStatus;
  /** Node ids in order of their first run. */
  readonly reached: readonly string[];
  readonly unreached: readonly { readonly node: string; readonly reason: string }[];
  /** Per node that ran: how often, failures, time in all. */
  readonly nodes: Readonly<
    Record<string, { readonly runs: number; readonly failures: number; readonly durationMs: number }>
  >;
  /** The run's variables at the end, and under each node's id its last outputs. */
  readonly variables: Readonly<Record<string, JsonValue>>;
  readonly error?: RunError;
  /** Failures that the run went on after (stop_on_error false). */
  readonly toleratedErrors: readonly RunError[];
  readonly durationMs: number;
}
