import { AppError } from "../core/errors.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";

const BY_CODE: Readonly<Record<string, ExitCode>> = {
  CLI_USAGE: EXIT.usage,
  CLI_VARIABLE_SENSITIVE: EXIT.usage,
  CLI_FILE_UNREADABLE: EXIT.invalidInput,
  CLI_CREDENTIALS_UNREADABLE: EXIT.configuration,
  CLI_PORT_IN_USE: EXIT.busy,
  CLI_HOME_IN_USE: EXIT.busy,
  CLI_WORK_ITEMS_IN_USE: EXIT.busy,
  CLI_HOME_NOT_WRITABLE: EXIT.storage,
  CLI_DISK_FULL: EXIT.storage,
  CONFIG_INVALID: EXIT.configuration,
  CORE_ABORTED: EXIT.cancelled,
  CORE_TIMED_OUT: EXIT.timedOut,
  DATABASE_URL_INVALID: EXIT.configuration,
  DATABASE_REFUSED: EXIT.unreachable,
  DATABASE_TOO_OLD: EXIT.configuration,
  DATABASE_NEWER: EXIT.configuration,
  DATABASE_NO_BINARY: EXIT.missingBinary,
  DATABASE_START_FAILED: EXIT.unreachable,
  DATABASE_IN_USE: EXIT.busy,
  DATABASE_PORT_IN_USE: EXIT.busy,
  DATABASE_DATA_MISSING: EXIT.storage,
  DATABASE_CORRUPT: EXIT.storage,
  DATABASE_TIMED_OUT: EXIT.unreachable,
  ORCHESTRATOR_PORT_IN_USE: EXIT.busy,
  ORCHESTRATOR_CANNOT_LISTEN: EXIT.configuration,
  ORCHESTRATOR_URL_INVALID: EXIT.configuration,
  AGENT_NAME_IN_USE: EXIT.busy,
  AGENT_FOLDER_UNUSABLE: EXIT.storage,
  TUNNEL_BAD_URL: EXIT.configuration,
  TUNNEL_PROTOCOL_VERSION: EXIT.configuration,
  TUNNEL_REPLACED: EXIT.busy,
  TUNNEL_NAME_TAKEN: EXIT.busy,
  BROWSER_NOT_FOUND: EXIT.missingBinary,
  BROWSER_PATH_INVALID: EXIT.missingBinary,
  BROWSER_UNPACK_FAILED: EXIT.storage,
  BROWSER_LAUNCH_FAILED: EXIT.missingBinary,
};

const BY_STATUS: Readonly<Record<number, ExitCode>> = {
  400: EXIT.invalidInput,
  401: EXIT.notAuthorized,
  403: EXIT.notAuthorized,
  404: EXIT.notFound,
  413: EXIT.invalidInput,
  422: EXIT.invalidInput,
  499: EXIT.cancelled,
  502: EXIT.unreachable,
  503: EXIT.unreachable,
  504: EXIT.timedOut,
  507: EXIT.storage,
};

const BY_ERRNO: Readonly<Record<string, ExitCode>> = {
  ENOSPC: EXIT.storage,
  EDQUOT: EXIT.storage,
  EIO: EXIT.storage,
  EROFS: EXIT.storage,
  EACCES: EXIT.storage,
  EPERM: EXIT.storage,
  EADDRINUSE: EXIT.busy,
  EADDRNOTAVAIL: EXIT.configuration,
  ENOENT: EXIT.notFound,
  ECONNREFUSED: EXIT.unreachable,
  ECONNRESET: EXIT.unreachable,
  EHOSTUNREACH: EXIT.unreachable,
  ENOTFOUND: EXIT.unreachable,
  EAI_AGAIN: EXIT.unreachable,
  ETIMEDOUT: EXIT.unreachable,
};

/** The exit code for whatever a command has thrown. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof AppError) {
    return BY_CODE[error.code] ?? BY_STATUS[error.status] ?? EXIT.failed;
  }
  const errno = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  return BY_ERRNO[errno] ?? EXIT.defect;
}
