import { AppError, messageOf } from "../../core/errors.ts";
import type { ErrorClass, JobFailure } from "../job.ts";

/** An error to throw in a handler when it knows best what its failure is and whether another attempt may help. */
export class JobFailedError extends Error {
  override readonly name = "JobFailedError";
  readonly failure: JobFailure;

  constructor(failure: JobFailure, options?: ErrorOptions) {
    super(failure.message, options);
    this.failure = failure;
  }
}

/**
 * What a handler's error means for its job.
 *
 * A `JobFailedError` says it itself. An `AppError` is permanent unless it is `retryable`. Of anything else nothing is
 * known, so it is tried again.
 */
export function failureOfError(error: unknown): JobFailure {
  if (error instanceof JobFailedError) return error.failure;
  const message = messageOf(error);
  if (!(error instanceof AppError)) return { code: "HANDLER_FAILED", message, errorClass: "transient" };
  return { code: error.code, message, errorClass: classOf(error) };
}

function classOf(error: AppError): ErrorClass {
  if (error.code === "CORE_TIMED_OUT") return "timeout";
  return error.retryable ? "transient" : "permanent";
}
