import { AppError, messageOf } from "../../core/errors.ts";
import { databaseErrors } from "../errors.ts";
import { currentPlatform } from "./binaries.ts";

/** What an error of the operating system means for the embedded server. Pure; AppErrors pass unchanged. */
export function explainFailure(error: unknown, home: string): AppError {
  if (error instanceof AppError) return error;
  const { code, syscall } = readSystemError(error);
  const options = { cause: error };
  if (code === "ENOSPC" || code === "EDQUOT") {
    return databaseErrors.DATABASE_FULL({ reason: messageOf(error) }, options);
  }
  if (syscall.startsWith("spawn") && code === "ENOENT") {
    const problem = "cannot run on this system (it needs glibc; Alpine has musl)";
    return databaseErrors.DATABASE_NO_BINARY({ platform: currentPlatform(), problem }, options);
  }
  if (/^(spawn|chown)/.test(syscall) && (code === "EPERM" || code === "EINVAL")) {
    const reason =
      "PostgreSQL must not run as root, and this container does not let root hand it to another account; run as an ordinary user";
    return databaseErrors.DATABASE_START_FAILED({ home, reason }, options);
  }
  return databaseErrors.DATABASE_START_FAILED({ home, reason: messageOf(error) }, options);
}

function readSystemError(error: unknown): { readonly code: string; readonly syscall: string } {
  const { code, syscall } = (error instanceof Error ? error : {}) as { code?: unknown; syscall?: unknown };
  return { code: typeof code === "string" ? code : "", syscall: typeof syscall === "string" ? syscall : "" };
}
