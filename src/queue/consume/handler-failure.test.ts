import { describe, expect, test } from "vitest";
import { deadlineErrors } from "../../core/deadline.ts";
import { databaseErrors } from "../../database/index.ts";
import { queueErrors } from "../errors.ts";
import { failureOfError, JobFailedError } from "./handler-failure.ts";

describe("failureOfError", () => {
  test.each<[string, unknown, object]>([
    [
      "an unknown error may be passing",
      new Error("boom"),
      { code: "HANDLER_FAILED", message: "boom", errorClass: "transient" },
    ],
    ["something that is no error", "boom", { code: "HANDLER_FAILED", message: "boom", errorClass: "transient" }],
    [
      "a retryable error",
      databaseErrors.DATABASE_UNAVAILABLE({ reason: "down" }),
      { code: "DATABASE_UNAVAILABLE", errorClass: "transient" },
    ],
    [
      "an error that will come again",
      queueErrors.QUEUE_INVALID({ path: "p", problem: "q" }),
      { code: "QUEUE_INVALID", errorClass: "permanent" },
    ],
    [
      "a timeout",
      deadlineErrors.CORE_TIMED_OUT({ what: "it", timeoutMs: 5 }),
      { code: "CORE_TIMED_OUT", errorClass: "timeout" },
    ],
    [
      "a failure that the handler describes",
      new JobFailedError({
        code: "NO_ROWS",
        message: "the sheet is empty",
        errorClass: "permanent",
        details: { sheet: 1 },
      }),
      { code: "NO_ROWS", message: "the sheet is empty", errorClass: "permanent", details: { sheet: 1 } },
    ],
  ])("%s", (_, error, expected) => {
    expect(failureOfError(error)).toMatchObject(expected);
  });
});
