import { describe, expect, test } from "vitest";
import { AppError, defineErrors, hasCode, messageOf } from "./errors.ts";

const errors = defineErrors({
  TEST_MISSING: { status: 404, message: (d: { id: string }) => `Thing ${d.id} does not exist` },
  TEST_BUSY: { status: 503, retryable: true, message: (d: { what: string }) => `${d.what} is busy` },
});

describe("defineErrors", () => {
  test("makes an error with code, status, details and cause", () => {
    const cause = new Error("below");

    const error = errors.TEST_MISSING({ id: "7" }, { cause });

    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: "TEST_MISSING", status: 404, retryable: false, details: { id: "7" }, cause });
    expect(error.message).toBe("Thing 7 does not exist");
  });

  test("keeps the row, so that all errors can be listed", () => {
    expect(errors.TEST_BUSY.spec).toMatchObject({ status: 503, retryable: true });
    expect(Object.keys(errors)).toEqual(["TEST_MISSING", "TEST_BUSY"]);
  });
});

test("hasCode tells errors apart by code only", () => {
  expect(hasCode(errors.TEST_BUSY({ what: "x" }), "TEST_BUSY")).toBe(true);
  expect(hasCode(errors.TEST_BUSY({ what: "x" }), "TEST_MISSING")).toBe(false);
  expect(hasCode({ code: "TEST_BUSY" }, "TEST_BUSY")).toBe(false);
});

test("messageOf reads whatever was thrown", () => {
  expect(messageOf(new Error("a"))).toBe("a");
  expect(messageOf("b")).toBe("b");
  expect(messageOf(undefined)).toBe("undefined");
});
