/**
 * What a driver's error means to callers.
 *
 * Pure. Parameters and row values never pass: PostgreSQL puts them into `detail`, `where` and, for data exceptions
 * (class 22), into the message itself.
 */
import { AppError } from "../core/errors.ts";
import { databaseErrors } from "./errors.ts";

/** Node's codes of a connection that could not be made or was cut. */
const NETWORK_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "ERR_STREAM_DESTROYED",
]);

/** The driver's own errors carry no code. */
const LOST_CONNECTION =
  /connection terminated|timeout expired|timeout exceeded when trying to connect|query read timeout|not queryable|connection ended/i;

const DATA_EXCEPTION_REASONS: Readonly<Record<string, string>> = {
  "22001": "a text is longer than its column",
  "22003": "a number is out of range",
  "22007": "a date or time cannot be read",
  "22008": "a date or time is out of range",
  "22012": "division by zero",
  "22021": "a text holds a character that the database cannot store (U+0000 or broken UTF-8)",
  "22P02": "a text cannot be read as the column's type",
  "22P05": "a text holds a character that the database cannot store (U+0000 or broken UTF-8)",
};

interface ServerError {
  readonly sqlstate: string;
  readonly reason: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
}

/** True when the connection that gave this error must not be used again. */
export function breaksConnection(error: unknown): boolean {
  const server = readServerError(error);
  if (server === undefined) return true;
  return isLostSqlstate(server.sqlstate) || isStalePlan(server);
}

/** The AppError for anything the driver throws; AppErrors pass unchanged. */
export function translateError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const server = readServerError(error);
  if (server !== undefined) return translateServerError(server, withoutValues(error, server.reason));
  const { code, message } = readClientError(error);
  const cause = withoutValues(error, message);
  if (/after calling end on the pool/.test(message)) return databaseErrors.DATABASE_CLOSED({}, { cause });
  if (/query read timeout/i.test(message)) {
    return databaseErrors.DATABASE_UNAVAILABLE({ reason: "the server stopped answering" }, { cause });
  }
  if (code !== undefined && NETWORK_CODES.has(code)) {
    return databaseErrors.DATABASE_UNAVAILABLE({ reason: describeNetworkError(code, message) }, { cause });
  }
  if (LOST_CONNECTION.test(message)) return databaseErrors.DATABASE_UNAVAILABLE({ reason: message }, { cause });
  if (isRefusal(code, message)) return databaseErrors.DATABASE_REFUSED({ reason: message }, { cause });
  return databaseErrors.DATABASE_FAILED({ sqlstate: code ?? "unknown", reason: message }, { cause });
}

/** True for a row that would have been there twice. @param constraint only this constraint or unique index. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (!(error instanceof AppError) || error.code !== "DATABASE_FAILED") return false;
  const details = error.details as { sqlstate?: string; constraint?: string };
  return details.sqlstate === "23505" && (constraint === undefined || details.constraint === constraint);
}

function translateServerError(server: ServerError, cause: Error): AppError {
  const { sqlstate, reason } = server;
  const facts = { reason, sqlstate };
  if (isStalePlan(server)) return databaseErrors.DATABASE_CONFLICT(facts, { cause });
  switch (sqlstate) {
    case "40001":
    case "40P01":
    case "55P03":
      return databaseErrors.DATABASE_CONFLICT(facts, { cause });
    case "53100":
      return databaseErrors.DATABASE_FULL(facts, { cause });
    case "53300":
      return databaseErrors.DATABASE_TOO_MANY_CONNECTIONS(facts, { cause });
    case "53000":
    case "53200":
      return databaseErrors.DATABASE_UNAVAILABLE(facts, { cause });
    case "57014":
      return databaseErrors.DATABASE_TIMED_OUT(facts, { cause });
    case "25006":
      return databaseErrors.DATABASE_READ_ONLY(facts, { cause });
    case "3D000":
      return databaseErrors.DATABASE_REFUSED(facts, { cause });
    case "XX001":
    case "XX002":
      return databaseErrors.DATABASE_CORRUPT({ where: "this installation", reason }, { cause });
  }
  if (sqlstate.startsWith("28")) return databaseErrors.DATABASE_REFUSED(facts, { cause });
  if (isLostSqlstate(sqlstate)) return databaseErrors.DATABASE_UNAVAILABLE(facts, { cause });
  return databaseErrors.DATABASE_FAILED(server, { cause });
}

/** Class 08, shutdown in its forms, and sessions that the server ended for having been idle. */
function isLostSqlstate(sqlstate: string): boolean {
  return sqlstate.startsWith("08") || ["57P01", "57P02", "57P03", "57P04", "57P05", "25P03"].includes(sqlstate);
}

/** A prepared statement outlived a migration; a new connection has no such statement. */
function isStalePlan(server: ServerError): boolean {
  return server.sqlstate === "0A000" && /cached plan must not change result type/.test(server.reason);
}

function isRefusal(code: string | undefined, message: string): boolean {
  return (
    /does not support SSL|password must be a string|SASL|self-signed|certificate|hostname\/IP does not match/i.test(
      message,
    ) || /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code ?? "")
  );
}

function describeNetworkError(code: string, message: string): string {
  if (code === "ECONNREFUSED") return "nothing listens at its address";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "its host name cannot be resolved";
  if (code === "ENOENT") return "its socket does not exist";
  return message === "" ? code : `${message} (${code})`;
}

function readServerError(error: unknown): ServerError | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("severity" in error)) return undefined;
  const { code, table, column, constraint } = error as {
    code?: unknown;
    table?: unknown;
    column?: unknown;
    constraint?: unknown;
  };
  if (typeof code !== "string" || code.length !== 5) return undefined;
  const reason = code.startsWith("22")
    ? (DATA_EXCEPTION_REASONS[code] ?? "a value does not fit (data exception)")
    : error.message;
  return {
    sqlstate: code,
    reason,
    ...(typeof table === "string" && { table }),
    ...(typeof column === "string" && { column }),
    ...(typeof constraint === "string" && { constraint }),
  };
}

function readClientError(error: unknown): { code: string | undefined; message: string } {
  if (!(error instanceof Error)) return { code: undefined, message: String(error) };
  // Trying ::1 and 127.0.0.1 both in vain gives an AggregateError without text.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  const source = first instanceof Error ? first : error;
  const code = "code" in source && typeof source.code === "string" ? source.code : undefined;
  return { code, message: source.message };
}

/** A cause that tells where it happened, without the fields that may hold parameters. */
function withoutValues(error: unknown, message: string): Error {
  const cause = new Error(message);
  cause.name = "PostgresError";
  if (error instanceof Error && error.stack !== undefined) {
    const frames = error.stack.split("\n").filter((line) => /^\s+at /.test(line));
    cause.stack = [`${cause.name}: ${message}`, ...frames].join("\n");
  }
  return cause;
}
