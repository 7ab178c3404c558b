import { describe, expect, test } from "vitest";
import { defineErrors } from "../../core/errors.ts";
import { fleetErrors } from "./errors.ts";
import { wireError } from "./wire-error.ts";

const rows = defineErrors({
  X_GONE: { status: 409, message: () => "It is gone" },
  X_STORE: { status: 503, retryable: true, message: () => "connection to 10.0.0.7:5432 refused" },
  X_BUG: { status: 500, message: () => "relation job does not exist" },
});

describe("wireError", () => {
  test.each([
    { error: rows.X_GONE({}), expected: { code: "X_GONE", message: "It is gone", retryable: false } },
    { error: rows.X_STORE({}), expected: { code: "FLEET_UNAVAILABLE", retryable: true } },
    { error: rows.X_BUG({}), expected: { code: "FLEET_INTERNAL", retryable: true } },
    { error: new Error("password=hunter22"), expected: { code: "FLEET_INTERNAL", retryable: true } },
    { error: "text", expected: { code: "FLEET_INTERNAL", retryable: true } },
    { error: fleetErrors.FLEET_UNAVAILABLE({}), expected: { code: "FLEET_UNAVAILABLE", retryable: true } },
  ])("$error → $expected.code", ({ error, expected }) => {
    const told = wireError(error);

    expect(told).toMatchObject(expected);
    expect(told.message).not.toMatch(/5432|relation|hunter22/);
  });
});
