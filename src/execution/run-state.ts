import type { JsonValue } from "../core/json.ts";
import type { RunError } from "./run-events.ts";

/**
 * The whole state of a run as plain JSON data: a copy of it can be stored after any node and gone on with elsewhere.
 *
 * It holds the values of variables and outputs as they are, secrets included.
 */
export interface RunState {
  readonly version: 2;
  /** Fingerprint of the plan it belongs to. */
  readonly plan: string;
  /** Where the run is, and what it knows there. */
  readonly flow: FlowState;
  /** Node ids in order of their first run. */
  reached: string[];
  counts: Record<string, NodeCount>;
  /** Flow outputs that were taken at least once, by node. */
  taken: Record<string, string[]>;
  toleratedErrors: RunError[];
  /** The last share that was reported, in [0, 1]. */
  progress: number;
  /** Monotonic time spent so far, milliseconds. */
  elapsedMs: number;
}

/** One course of the flow with the values it sees: the run itself, a branch of it, a subflow. */
export interface FlowState {
  /** The stack; the last frame is the one that runs. */
  frames: Frame[];
  variables: Record<string, JsonValue>;
  /** Under each node's id its last outputs. */
  outputs: Record<string, Readonly<Record<string, JsonValue>>>;
  /** Under each data node's id, what its last evaluation rested on. */
  evaluations: Record<string, Evaluation>;
}

interface NodeCount {
  readonly runs: number;
  readonly failures: number;
  readonly durationMs: number;
}

/** What the last evaluation of a data node rested on; when none of it has changed, its outputs still hold. */
export interface Evaluation {
  /** Digest of its parameters and the loop iteration it was made in. */
  readonly inputs: string;
  /** Variables it read while it ran, with digests of their values; "" for one that did not exist. */
  readonly reads: Readonly<Record<string, string>>;
}

/** Where a frame's flow goes on: nodes that wait, and nodes that already ran in this activation. */
interface FlowPosition {
  readonly queue: readonly string[];
  readonly done: readonly string[];
}

export type Frame = RootFrame | ForFrame | WhileFrame | TryFrame;

interface RootFrame extends FlowPosition {
  readonly kind: "root";
}

export interface ForFrame extends FlowPosition {
  readonly kind: "for";
  readonly node: string;
  readonly source: LoopSource;
  /** Of the iteration that runs; from 0. */
  readonly index: number;
  readonly itemVariable: string;
  /** A break was hit: no further iteration. */
  readonly broken: boolean;
}

/** What a for loop walks over. A dict is its values with their keys; a range is not written out. */
export type LoopSource =
  | { readonly kind: "list"; readonly items: readonly JsonValue[]; readonly keys?: readonly string[] }
  | { readonly kind: "range"; readonly start: number; readonly step: number; readonly count: number };

export interface WhileFrame extends FlowPosition {
  readonly kind: "while";
  readonly node: string;
  /** Of the iteration that runs; from 0. */
  readonly index: number;
  readonly broken: boolean;
}

export interface TryFrame extends FlowPosition {
  readonly kind: "try";
  readonly node: string;
  readonly phase: "body" | "catch" | "finally";
  /** The error that was caught or is pending. */
  readonly hadError: boolean;
  /** What goes on after the finally body. */
  readonly pending?: Unwinding;
}

/** Why control leaves blocks before they have ended. */
export type Unwinding =
  | { readonly kind: "throw"; readonly error: RunError }
  | { readonly kind: "break"; readonly loop: string }
  | { readonly kind: "continue"; readonly loop: string };
