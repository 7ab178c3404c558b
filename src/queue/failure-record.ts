import { AppError } from "../core/errors.ts";
import { storableText } from "../core/json.ts";
import { queueErrors } from "./errors.ts";
import type { ErrorClass, JobFailure } from "./job.ts";
import { encodeJson } from "./json-text.ts";
import type { Verdict } from "./retry.ts";

const MAX_DETAILS_BYTES = 65_536;
const MAX_MESSAGE = 16_384;
const MAX_CODE = 128;
const MAX_NOTE = 500;

/**
 * A failure in the form in which it is stored.
 *
 * Never rejects: a failure that cannot be recorded would keep its job running. What is too long is cut, details that are
 * not JSON or too large are replaced by a note that says so.
 */
export function storableFailure(failure: JobFailure): JobFailure {
  return {
    code: storableText(failure.code.slice(0, MAX_CODE)) || "UNKNOWN",
    message: storableText(failure.message.slice(0, MAX_MESSAGE)),
    errorClass: failure.errorClass,
    ...(failure.details !== undefined && { details: storableDetails(failure.details) }),
  };
}

function storableDetails(details: NonNullable<JobFailure["details"]>): NonNullable<JobFailure["details"]> {
  try {
    return JSON.parse(encodeJson("details", details, MAX_DETAILS_BYTES)) as NonNullable<JobFailure["details"]>;
  } catch (error) {
    if (error instanceof AppError) return { omitted: error.message };
    throw error;
  }
}

/** A short text for a column: cut, and without what PostgreSQL cannot store. */
export function storableNote(text: string): string {
  return storableText(text.slice(0, MAX_NOTE));
}

/** A row of the area's error table as the failure of a job. */
function failureOf(error: AppError, errorClass: ErrorClass): JobFailure {
  return { code: error.code, message: error.message, errorClass };
}

/** Why a concurrency limit cancels a job. */
export const LIMIT_REASON = {
  skip: "as many jobs with its concurrency key as are allowed were under way",
  supersede: "a newer job with its concurrency key came",
  stop: "a newer job with its concurrency key came",
} as const;

export function cancelledFailure(jobId: string, reason: string | undefined): JobFailure {
  return failureOf(queueErrors.QUEUE_CANCELLED({ jobId, ...(reason !== undefined && { reason }) }), "cancelled");
}

export function deadlineFailure(jobId: string): JobFailure {
  return failureOf(queueErrors.QUEUE_DEADLINE_PASSED({ jobId }), "timeout");
}

export function lostFailure(jobId: string, attempt: number): JobFailure {
  return failureOf(queueErrors.QUEUE_ROBOT_LOST({ jobId, attempt }), "lost-lease");
}

export function releasedFailure(jobId: string, attempt: number, reason: string): JobFailure {
  return failureOf(queueErrors.QUEUE_RELEASED({ jobId, attempt, reason }), "lost-lease");
}

/**
 * The error of a job that ends with an attempt.
 *
 * @param end.reported how the attempt ended; where a passed deadline decides, it is kept in the details.
 * @param end.byHolder true when the holder said so.
 */
export function endFailure(end: {
  readonly jobId: string;
  readonly verdict: Extract<Verdict, { kind: "end" }>;
  readonly reported: JobFailure;
  readonly byHolder: boolean;
  readonly stopReason?: string;
}): JobFailure {
  const { jobId, verdict, reported } = end;
  if (verdict.deadLetter === "deadline") {
    return { ...deadlineFailure(jobId), details: { reported: { code: reported.code, message: reported.message } } };
  }
  return verdict.state === "cancelled" && !end.byHolder ? cancelledFailure(jobId, end.stopReason) : reported;
}
