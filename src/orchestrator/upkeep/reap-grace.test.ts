import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { mayReap, nextGrace, startGrace } from "./reap-grace.ts";

const leaseMs = 30_000;

describe("the grace before jobs are taken from silent robots", () => {
  test("lasts one lease from the start", () => {
    const grace = startGrace(1_000, leaseMs);

    expect([30_999, 31_000].map((nowMs) => mayReap(grace, nowMs))).toEqual([false, true]);
  });

  test("does not grow with passes that succeed", () => {
    let grace = startGrace(0, leaseMs);
    for (let nowMs = 5_000; nowMs <= 30_000; nowMs += 5_000)
      grace = nextGrace(grace, { nowMs, leaseMs, failed: false });

    expect(mayReap(grace, 30_000)).toBe(true);
  });

  test.each([
    { title: "a pass that failed", look: { nowMs: 65_000, failed: true } },
    { title: "a machine that slept for a lease", look: { nowMs: 90_000, failed: false } },
    { title: "a clock that was set back", look: { nowMs: 10_000, failed: false } },
  ])("starts anew after $title", ({ look }) => {
    const settled = { untilMs: 30_000, lastPassMs: 60_000 };

    const grace = nextGrace(settled, { ...look, leaseMs });

    expect(mayReap(grace, look.nowMs + leaseMs - 1)).toBe(false);
    expect(mayReap(grace, look.nowMs + leaseMs)).toBe(true);
  });

  prop.prop([fc.array(fc.record({ afterMs: fc.nat(60_000), failed: fc.boolean() }), { minLength: 1 })])(
    "never ends within a lease after a failure",
    (looks) => {
      let nowMs = 0;
      let failedAt = 0;
      let grace = startGrace(0, leaseMs);
      for (const { afterMs, failed } of looks) {
        nowMs += afterMs;
        grace = nextGrace(grace, { nowMs, leaseMs, failed });
        if (failed) failedAt = nowMs;
        if (mayReap(grace, nowMs)) expect(nowMs - failedAt).toBeGreaterThanOrEqual(leaseMs);
      }
    },
  );
});
