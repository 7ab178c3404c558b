/** What the runtime's fetch errors mean. Pure. */
import { AppError, hasCode } from "../core/errors.ts";
import { httpErrors } from "./errors.ts";

const LOST = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "ECONNABORTED"]);
const UNREACHABLE: Readonly<Record<string, string>> = {
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  ETIMEDOUT: "the connection could not be made in time",
  UND_ERR_CONNECT_TIMEOUT: "the connection could not be made in time",
  EACCES: "this machine does not allow the connection",
  EPERM: "this machine does not allow the connection",
};
const TLS = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_OSSL|EPROTO|HOSTNAME_MISMATCH)/;

export interface ErrorContext {
  /** Method and origin. */
  readonly target: string;
  readonly timeoutMs: number;
  /** The deadline's signal: whether it ended the request, and why. */
  readonly signal: AbortSignal;
}

export function translateFetchError(error: unknown, context: ErrorContext): AppError {
  const { target, timeoutMs, signal } = context;
  if (error instanceof AppError && error.code.startsWith("HTTP_")) return error;
  if (signal.aborted) {
    if (hasCode(signal.reason, "CORE_TIMED_OUT")) return httpErrors.HTTP_TIMED_OUT({ target, timeoutMs });
    return httpErrors.HTTP_ABORTED({ target }, { cause: signal.reason });
  }
  const { code, message } = rootOf(error);
  const options = { cause: new Error(code ?? "fetch failed") };
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return httpErrors.HTTP_DNS_FAILED({ target }, options);
  if (code === "ECONNREFUSED") return httpErrors.HTTP_REFUSED({ target }, options);
  if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT") {
    return httpErrors.HTTP_TIMED_OUT({ target, timeoutMs: RUNTIME_SILENCE_MS }, options);
  }
  if (code !== undefined && LOST.has(code)) return httpErrors.HTTP_CONNECTION_LOST({ target }, options);
  if (code !== undefined && TLS.test(code)) return httpErrors.HTTP_TLS_FAILED({ target, reason: code }, options);
  const unreachable = code === undefined ? undefined : UNREACHABLE[code];
  if (unreachable !== undefined) return httpErrors.HTTP_UNREACHABLE({ target, reason: unreachable }, options);
  if (code !== undefined && /^(HPE_|UND_ERR_(RES|RESPONSE)|Z_|ERR__ERROR_FORMAT)/.test(code)) {
    return httpErrors.HTTP_RESPONSE_INVALID({ target, reason: code }, options);
  }
  if (message === "terminated") return httpErrors.HTTP_CONNECTION_LOST({ target }, options);
  return httpErrors.HTTP_REQUEST_INVALID({ target, problem: describeRefusal(code, message) }, options);
}

/** Limits of Node's fetch for the time to the head of an answer and between two parts of its body. */
const RUNTIME_SILENCE_MS = 300_000;

/** Only texts known to quote nothing of the request are passed on. */
function describeRefusal(code: string | undefined, message: string): string {
  if (message === "bad port") return "browsers and this client do not connect to that port";
  if (/GET\/HEAD method cannot have body/i.test(message)) return "GET and HEAD cannot have a body";
  if (/is not a valid HTTP method|is unsupported/.test(message)) return "its method is not allowed";
  if (/header|ByteString/i.test(message)) return "a header has a name or value that HTTP does not allow";
  return code ?? "the runtime refused it";
}

/** The innermost cause that has a code: fetch wraps once or twice. */
function rootOf(error: unknown): { code: string | undefined; message: string } {
  let found: { code: string | undefined; message: string } = { code: undefined, message: "" };
  for (let link: unknown = error, depth = 0; link instanceof Error && depth < 5; depth++) {
    const code = "code" in link && typeof link.code === "string" ? link.code : undefined;
    if (code !== undefined) return { code, message: link.message };
    found = { code, message: link.message };
    link = link instanceof AggregateError ? link.errors[0] : link.cause;
  }
  return found;
}
