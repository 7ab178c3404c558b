import type { AppError } from "../core/errors.ts";
import { type JsonObject, type JsonValue, jsonDepth, jsonSizeBytes } from "../core/json.ts";
import type { RunReport } from "../execution/index.ts";
import { agentErrors } from "./errors.ts";
import type { JobOutcome } from "./outbox-record.ts";

/**
 * Why a run was stopped from outside. `lost`: the job is somebody else's by now. `lease-expired`: it may be soon.
 * `shutdown`: the robot cannot wait for it any longer.
 */
export type StopReason = "cancelled" | "lost" | "lease-expired" | "shutdown";

/**
 * What is larger goes into a file: a result is read each time its job is, and rewritten with every backup. The queue would keep a
 * MiB of JSON with 64 levels; there is an envelope around the report.
 */
const MAX_REPORT_BYTES = 262_144;
const MAX_VALUE_DEPTH = 56;

/** What is known of a job beside the report of its run. */
export interface RunFacts {
  readonly jobId: string;
  readonly stop: StopReason | undefined;
  /** Name of the artifact that holds the whole report, if it is too large for the queue. */
  readonly reportFile?: string | undefined;
}

/** What the orchestrator is told about a run; undefined when there is nothing to tell, because the job is lost. */
export function outcomeOf(report: RunReport, { jobId, stop, reportFile }: RunFacts): JobOutcome | undefined {
  if (stop === "lost") return undefined;
  const result: JsonObject = { report: { ...fitReport(report), ...(reportFile !== undefined && { reportFile }) } };
  if (report.status === "completed") return { kind: "complete", result };
  if (report.status === "cancelled") return stoppedOutcome(stop, jobId, result);
  const { error } = report;
  const details = {
    ...(error?.node !== undefined && { node: error.node }),
    ...(error?.port !== undefined && { port: error.port }),
  };
  const transient = error?.retryable === true ? "transient" : "permanent";
  return {
    kind: "fail",
    error: {
      code: (error?.code ?? "WORKFLOW_FAILED").slice(0, 128),
      message: (error?.message ?? "The run failed").slice(0, 16_000),
      errorClass: report.status === "timed_out" ? "timeout" : transient,
      ...(Object.keys(details).length > 0 && { details }),
    },
    result,
  };
}

function stoppedOutcome(stop: Exclude<StopReason, "lost"> | undefined, jobId: string, result: JsonObject): JobOutcome {
  if (stop === "shutdown") return { kind: "release", started: true, reason: "the robot was told to stop" };
  if (stop === "lease-expired") return failure(agentErrors.AGENT_LEASE_EXPIRED({ jobId }), "lost-lease", result);
  return failure(agentErrors.AGENT_JOB_CANCELLED({ jobId }), "cancelled", result);
}

function failure(error: AppError, errorClass: "cancelled" | "lost-lease", result: JsonObject): JobOutcome {
  return { kind: "fail", error: { code: error.code, message: error.message, errorClass }, result };
}

/** The robot broke down under a job: its disk, which another robot may have, or nobody's fault but ours. */
export function brokenOutcome(
  job: { readonly id: { readonly jobId: string }; readonly workDir: string },
  cause: unknown,
): JobOutcome {
  const problem = cause instanceof Error && "errno" in cause && "code" in cause ? String(cause.code) : undefined;
  if (problem !== undefined) {
    const { code, message } = agentErrors.AGENT_FOLDER_UNUSABLE({ folder: job.workDir, problem });
    return { kind: "fail", error: { code, message, errorClass: "transient" } };
  }
  const { code, message } = agentErrors.AGENT_RUN_BROKEN({ jobId: job.id.jobId });
  return { kind: "fail", error: { code, message, errorClass: "permanent" } };
}

/** A job that was under way when the process died. */
export function diedOutcome(jobId: string): JobOutcome {
  const { code, message } = agentErrors.AGENT_ROBOT_DIED({ jobId });
  return { kind: "fail", error: { code, message, errorClass: "transient" } };
}

/** False when the queue keeps only a part of it. */
export function isKeptWhole(report: RunReport): boolean {
  return Object.values(report.variables).every(isShallow) && jsonSizeBytes(toJson(report)) <= MAX_REPORT_BYTES;
}

/** The report in a size that the queue keeps: values go first, then the figures of nodes. */
export function fitReport(report: RunReport): JsonObject {
  const variables = Object.fromEntries(
    Object.entries(report.variables).map(([name, value]): [string, JsonValue] => [
      name,
      isShallow(value) ? value : OMITTED_DEEP,
    ]),
  );
  const full = toJson({ ...report, variables });
  if (jsonSizeBytes(full) <= MAX_REPORT_BYTES) return full;
  const small = toJson({ ...report, variables: {}, variablesOmitted: true });
  if (jsonSizeBytes(small) <= MAX_REPORT_BYTES) return small;
  const { status, error, durationMs } = report;
  return toJson({ status, durationMs, omitted: "the report is too large", ...(error !== undefined && { error }) });
}

const OMITTED_DEEP = `[omitted: nested deeper than ${MAX_VALUE_DEPTH} levels]`;

function isShallow(value: JsonValue): boolean {
  return jsonDepth(value, MAX_VALUE_DEPTH) <= MAX_VALUE_DEPTH;
}

/** Plain data: what is undefined is gone. */
function toJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
