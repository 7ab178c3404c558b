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
  return { problem, headers: { ...(isOurs && retryable && RETRY_LATER), ...headersOf(known) } };
}

/** What HTTP wants to be told along with a status. */
function headersOf(error: AppError): Readonly<Record<string, string>> {
  if (error.status === 401) return CHALLENGE;
  if (is(error, "METHOD_NOT_ALLOWED")) return { allow: error.details.allowed.join(", ") };
  if (is(error, "RANGE_NOT_SATISFIABLE")) return { "content-range": `bytes */${error.details.sizeBytes}` };
  if (is(error, "WEBSOCKET_EXPECTED")) return { connection: "upgrade", upgrade: "websocket" };
  return {};
}

type Table = typeof orchestratorErrors;

function is<C extends keyof Table>(error: AppError, code: C): error is ReturnType<Table[C]> {
  return error.code === code;
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
