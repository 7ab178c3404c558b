import { describe, expect, test } from "vitest";
import { AppError } from "../core/errors.ts";
import { cliErrors } from "./errors.ts";
import { exitCodeOf } from "./exit-code-of.ts";
import { EXIT_MEANINGS } from "./exit-codes.ts";

const appError = (code: string, status: number): AppError => new AppError(code, { status, message: () => code }, {});

describe("exitCodeOf", () => {
  test.each([
    [cliErrors.CLI_USAGE({ problem: "no" }), 2],
    [cliErrors.CLI_PORT_IN_USE({ host: "h", port: 1, holder: "x" }), 75],
    [cliErrors.CLI_API_KEY_MISSING({ url: "http://127.0.0.1:8000", credentialsFile: "f" }), 3],
    [cliErrors.CLI_FILE_NOT_FOUND({ path: "p" }), 4],
    [cliErrors.CLI_TIMED_OUT({ what: "job 1", timeoutS: 1 }), 124],
    [appError("CONFIG_INVALID", 500), 78],
    [appError("WORKFLOW_NODE_UNKNOWN", 422), 6],
    [appError("DATABASE_UNAVAILABLE", 503), 5],
    [appError("DATABASE_FULL", 507), 74],
    [appError("DATABASE_NO_BINARY", 500), 69],
    [appError("AUTH_FORBIDDEN", 403), 3],
    [appError("QUEUE_JOB_NOT_FOUND", 404), 4],
    [appError("QUEUE_JOB_FINISHED", 409), 1],
    [appError("CORE_ABORTED", 499), 130],
    [Object.assign(new Error("full"), { code: "ENOSPC" }), 74],
    [Object.assign(new Error("taken"), { code: "EADDRINUSE" }), 75],
    [Object.assign(new Error("nobody there"), { code: "ECONNREFUSED" }), 5],
    [new TypeError("x is not a function"), 70],
    ["text", 70],
  ])("%s exits with %d", (error, exitCode) => {
    expect(exitCodeOf(error)).toBe(exitCode);
  });

  test("every exit code has a meaning, once", () => {
    expect(new Set(EXIT_MEANINGS.map(([code]) => code)).size).toBe(EXIT_MEANINGS.length);
  });
});
