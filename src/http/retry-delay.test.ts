import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { isRetriedStatus, retryDelayMs } from "./retry-delay.ts";

const now = new Date("2026-01-01T00:00:00Z");
const plan = { baseMs: 100, retryAfter: undefined, now, dice: 0 };

describe("retryDelayMs", () => {
  test.each([
    { attempt: 1, change: {}, expected: 50 },
    { attempt: 3, change: {}, expected: 200 },
    { attempt: 1, change: { dice: 0.5 }, expected: 75 },
    { attempt: 99, change: {}, expected: 15_000 },
    { attempt: 1, change: { retryAfter: "7" }, expected: 7_000 },
    { attempt: 1, change: { retryAfter: "Thu, 01 Jan 2026 00:00:30 GMT" }, expected: 30_000 },
    { attempt: 1, change: { retryAfter: "Thu, 01 Jan 1970 00:00:00 GMT" }, expected: 0 },
    { attempt: 1, change: { retryAfter: "soon" }, expected: 50 },
  ])("attempt $attempt with $change waits $expected ms", ({ attempt, change, expected }) => {
    expect(retryDelayMs(attempt, { ...plan, ...change })).toBe(expected);
  });

  prop.prop([
    fc.integer({ min: 1, max: 1_000 }),
    fc.string(),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  ])("is a finite time, whatever the server says", (attempt, retryAfter, dice) => {
    const delayMs = retryDelayMs(attempt, { ...plan, retryAfter, dice });

    expect(delayMs).toBeGreaterThanOrEqual(0);
    expect(delayMs).toBeLessThan(Number.POSITIVE_INFINITY);
  });
});

describe("isRetriedStatus", () => {
  test.each([429, 502, 503, 504])("%i is tried again", (status) => {
    expect(isRetriedStatus(status)).toBe(true);
  });

  test.each([200, 301, 400, 404, 409, 500, 501])("%i is an answer", (status) => {
    expect(isRetriedStatus(status)).toBe(false);
  });
});
