import type { JsonValue } from "../core/json.ts";
import type { LogLevel } from "./node-definition.ts";

/** What a run reports while it goes on, in order. Secrets are masked already. `path` tells the loop iterations: `["loop_1:3"]`. */
export type RunEvent = RunEventBody & { readonly at: string };

/** What a run event tells, by its `type`; `durationMs` in milliseconds, `value` of progress in [0, 1]. */
export type RunEventBody =
  | { readonly type: "run.started"; readonly workflow: string; readonly totalNodes: number }
  | {
      readonly type: "node.started";
      readonly node: string;
      readonly nodeType: string;
      readonly path: readonly string[];
    }
  | {
      readonly type: "node.finished";
      readonly node: string;
      readonly nodeType: string;
      readonly path: readonly string[];
      readonly durationMs: number;
      /** Flow output taken. */
      readonly route?: string;
    }
  | {
      readonly type: "node.failed";
      readonly node: string;
      readonly nodeType: string;
      readonly path: readonly string[];
      readonly durationMs: number;
      readonly error: RunError;
      /** What the failure led to. */
      readonly handledBy: "error-port" | "catch" | "retry" | "policy" | "none";
    }
  | {
      readonly type: "log";
      readonly node?: string;
      readonly level: LogLevel;
      readonly message: string;
      readonly data?: JsonValue;
    }
  | { readonly type: "progress"; readonly value: number; readonly note?: string }
  | {
      readonly type: "artifact";
      readonly node?: string;
      readonly path: string;
      readonly name: string;
      readonly contentType: string;
    }
  | { readonly type: "run.finished"; readonly status: RunStatus; readonly durationMs: number };

/** How a run ended; `completed` only when the flow really came to its end. */
export type RunStatus = "completed" | "failed" | "cancelled" | "timed_out";

/** Why a node or a run failed, as data: safe to show once it is masked. */
export interface RunError {
  readonly code: string;
  readonly message: string;
  readonly node?: string;
  readonly port?: string;
  /** The same run may succeed later without a change. */
  readonly retryable: boolean;
}
