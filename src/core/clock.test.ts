import { expect, test } from "vitest";
import { createManualClock, systemClock } from "./clock.ts";

test("a manual clock moves only when it is told to", () => {
  const clock = createManualClock(new Date("2026-01-01T00:00:00Z"));

  clock.advance(1_500);

  expect(clock.now().toISOString()).toBe("2026-01-01T00:00:01.500Z");
  expect(clock.monotonicMs()).toBe(1_500);
});

test("the system's monotonic clock never goes backwards", () => {
  const first = systemClock.monotonicMs();

  expect(systemClock.monotonicMs()).toBeGreaterThanOrEqual(first);
  expect(systemClock.now()).toBeInstanceOf(Date);
});
