import type { PayloadOf } from "../../contracts/index.ts";
import { AppError } from "../../core/errors.ts";
import { fleetErrors } from "./errors.ts";

/**
 * What a robot is told of an error: our own refusals as they are, of all else only that it happened.
 *
 * What is not an AppError is our bug or a store that broke; the robot keeps its message and tries again.
 */
export function wireError(error: unknown): PayloadOf<"error"> {
  const shown = shownError(error);
  return { code: shown.code, message: shown.message, retryable: shown.retryable };
}

function shownError(error: unknown): AppError {
  if (!(error instanceof AppError)) return fleetErrors.FLEET_INTERNAL({});
  if (error.status < 500 || error.code.startsWith("FLEET_")) return error;
  return error.retryable ? fleetErrors.FLEET_UNAVAILABLE({}) : fleetErrors.FLEET_INTERNAL({});
}
