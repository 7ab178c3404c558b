import type { Ansis } from "ansis";
import type { JsonValue } from "../../core/json.ts";
import type { RunError, RunReport, RunStatus, WorkflowIssue } from "../../execution/index.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { formatDuration } from "../progress/format.ts";

/** What `casare run --json` prints: of every run and of every file that could not run, in one shape. */
export interface RunDocument {
  readonly status: RunStatus;
  /** Node ids in order of their first run. */
  readonly reached: readonly string[];
  readonly unreached: readonly { readonly node: string; readonly reason: string }[];
  /** Variables at the end, and under each node's id its outputs. */
  readonly variables: Readonly<Record<string, JsonValue>>;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly node?: string;
    readonly port?: string;
  };
  /** Failures that the run went on after. */
  readonly toleratedErrors: readonly RunError[];
  readonly durationMs: number;
  /** What validation found. */
  readonly issues: readonly WorkflowIssue[];
}

export function toRunDocument(report: RunReport, issues: readonly WorkflowIssue[]): RunDocument {
  const { status, reached, unreached, variables, error, toleratedErrors, durationMs } = report;
  const shown = Math.round(durationMs);
  return {
    status,
    reached,
    unreached,
    variables,
    ...(error && { error: withoutRetryable(error) }),
    toleratedErrors,
    durationMs: shown,
    issues,
  };
}

function withoutRetryable({ code, message, node, port }: RunError): NonNullable<RunDocument["error"]> {
  return { code, message, ...(node !== undefined && { node }), ...(port !== undefined && { port }) };
}

/** 0 only for a run that was completed. */
export function exitCodeOfRun({ status, error }: Pick<RunReport, "status" | "error">): ExitCode {
  return (status === "failed" ? FAILURES[error?.code ?? ""] : undefined) ?? EXIT_OF_STATUS[status];
}

const EXIT_OF_STATUS: Readonly<Record<RunStatus, ExitCode>> = {
  completed: EXIT.ok,
  failed: EXIT.failed,
  cancelled: EXIT.cancelled,
  timed_out: EXIT.timedOut,
};

/** Failures that are not the workflow's. */
const FAILURES: Readonly<Record<string, ExitCode>> = {
  WORKFLOW_VARIABLE_INVALID: EXIT.invalidInput,
  BROWSER_NOT_FOUND: EXIT.missingBinary,
  BROWSER_PATH_INVALID: EXIT.missingBinary,
  BROWSER_DISK_FULL: EXIT.storage,
};

/** The outcome for people. */
export function renderRun(document: RunDocument, style: Ansis): string {
  const { status, reached, unreached, error, toleratedErrors, durationMs } = document;
  const paint = status === "completed" ? style.green : style.red;
  const counts = `${reached.length} ${reached.length === 1 ? "node" : "nodes"} ran, ${unreached.length} did not`;
  return [
    `${paint(status)} in ${formatDuration(durationMs)}: ${counts}`,
    ...(error === undefined ? [] : [renderError("error", error)]),
    ...toleratedErrors.map((one) => renderError("went on after", one)),
    ...unreached.map(({ node, reason }) => `never ran: ${node} (${reason})`),
  ].join("\n");
}

function renderError(label: string, error: NonNullable<RunDocument["error"]>): string {
  const place = [error.node, error.port].filter((part) => part !== undefined).join(".");
  return `${label}: ${place === "" ? "" : `${place}: `}${error.message} [${error.code}]`;
}
