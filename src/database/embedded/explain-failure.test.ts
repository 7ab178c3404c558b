import { describe, expect, test } from "vitest";
import { databaseErrors } from "../errors.ts";
import { explainFailure } from "./explain-failure.ts";

const systemError = (code: string, syscall: string) =>
  Object.assign(new Error(`${code}: ${syscall}`), { code, syscall });

describe("explainFailure", () => {
  test.each([
    { error: systemError("ENOSPC", "copyfile"), code: "DATABASE_FULL", says: "disk" },
    { error: systemError("ENOENT", "spawn /x/postgres"), code: "DATABASE_NO_BINARY", says: "musl" },
    { error: systemError("EINVAL", "spawn"), code: "DATABASE_START_FAILED", says: "ordinary user" },
    { error: systemError("EPERM", "chown"), code: "DATABASE_START_FAILED", says: "ordinary user" },
    { error: systemError("EROFS", "mkdir"), code: "DATABASE_START_FAILED", says: "EROFS" },
    { error: new Error("something else"), code: "DATABASE_START_FAILED", says: "something else" },
    { error: databaseErrors.DATABASE_IN_USE({ home: "/h" }), code: "DATABASE_IN_USE", says: "another process" },
  ])("$error is $code", ({ error, code, says }) => {
    expect(explainFailure(error, "/home")).toMatchObject({ code, message: expect.stringContaining(says) });
  });
});
