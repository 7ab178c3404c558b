import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ShiftedClock, shiftClocks } from "./shifted-clock.ts";

const HOUR_MS = 3_600_000;

describe("shiftClocks", () => {
  const TrueDate = Date;
  const trueMonotonic = performance.now.bind(performance);
  let clock: ShiftedClock;
  beforeEach(() => {
    clock = shiftClocks();
  });
  afterEach(() => {
    globalThis.Date = TrueDate;
    performance.now = trueMonotonic;
  });

  test.each([HOUR_MS, -HOUR_MS])("moves what Date says by %i ms, and nothing else", (ms) => {
    const monotonicMs = performance.now();

    clock.shiftDate(ms);

    expect(Math.abs(Date.now() - TrueDate.now() - ms)).toBeLessThan(1_000);
    expect(Math.abs(new Date().getTime() - TrueDate.now() - ms)).toBeLessThan(1_000);
    expect(Math.abs(clock.trueNowMs() - TrueDate.now())).toBeLessThan(1_000);
    expect(new Date(5).getTime()).toBe(5);
    expect(new Date()).toBeInstanceOf(TrueDate);
    expect(new TrueDate()).toBeInstanceOf(Date);
    expect(performance.now() - monotonicMs).toBeLessThan(1_000);
  });

  test("moves the monotonic clock forward only", () => {
    const beforeMs = performance.now();
    clock.shiftMonotonic(HOUR_MS);
    const afterMs = performance.now();
    clock.shiftMonotonic(-HOUR_MS);

    expect(afterMs - beforeMs).toBeGreaterThanOrEqual(HOUR_MS);
    expect(performance.now()).toBeGreaterThanOrEqual(afterMs);
  });
});
