import { STATUS_CODES } from "node:http";
import type { Problem, ProblemItem } from "../contracts/index.ts";
import { AppError } from "../core/errors.ts";
import { isJsonObject } from "../core/json.ts";
import { orchestratorErrors } from "./errors.ts";

/** An answer to a failed request, ready to be sent. */
export interface ProblemAnswer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
}

/** Seconds after which a caller may try again what is out of order. */
const RETRY_AFTER_SECONDS = 5;

/**
 * What the caller gets to know of an error (RFC 9457).
 *
 * Errors of the caller are told in full. Of what is wrong on this side only the code is told, and of errors without a
 * code nothing at all.
 */
export function describeError(error: unknown, requestId: string): ProblemAnswer {
  const known = error instanceof AppError && error.status !== 500 ? error : orchestratorErrors.INTERNAL({});
  const { status, code, retryable } = known;
  const isOurs = status >= 500;
  const problem: Problem = {
    type: "about:blank",
    title: STATUS_CODES[status] ?? "Error",
    status,
    detail: isOurs ? describeOutage(known) : known.message,
    code,
    requestId,
    retryable,
    ...(!isOurs && tellDetails(known.details)),
  };
  return { problem, headers: { ...(status === 401 && CHALLENGE), ...(isOurs && retryable && RETRY_LATER) } };
}

const CHALLENGE = { "www-authenticate": 'Bearer realm="casare"' };
const RETRY_LATER = { "retry-after": String(RETRY_AFTER_SECONDS) };

function describeOutage(error: AppError): string {
  if (error.code === "INTERNAL") return error.message;
  return error.retryable
    ? "The service cannot do this at the moment; send the request again later"
    : "The service cannot do this; its operator finds the reason in the log under the requestId";
}

function tellDetails(details: unknown): Pick<Problem, "errors" | "details"> {
  if (!isJsonObject(details)) return {};
  const { errors, ...facts } = details as { readonly errors?: ProblemItem[] } & Record<string, unknown>;
  return { ...(errors && { errors }), ...(Object.keys(facts).length > 0 && { details: facts }) };
}
