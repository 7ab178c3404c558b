import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { createDice } from "./dice.ts";
import { FAULT_KINDS, planFaults } from "./fault-plan.ts";
import { BLOCK, fateOf, formOfBlock, limitOfJob, planJob, readPayload, requestOf } from "./job-plan.ts";

const seeds = fc.integer({ min: 0, max: 4_294_967_295 });
const MINUTE_MS = 60_000;

describe("createDice", () => {
  prop.prop([seeds, fc.string()])("falls the same way for the same seed and name, within its range", (seed, name) => {
    const rolls = [1, 2].map(() => createDice(seed, name).roll());
    const dice = createDice(seed, name);

    expect(new Set(rolls).size).toBe(1);
    for (let n = 0; n < 5; n++) {
      expect(dice.whole(3, 5)).toSatisfy((value: number) => Number.isInteger(value) && value >= 3 && value <= 5);
      expect(dice.between(-1, 1)).toSatisfy((value: number) => value >= -1 && value < 1);
      expect(["a", "b"]).toContain(dice.pick(["a", "b"]));
    }
  });

  test("falls evenly", () => {
    const dice = createDice(1, "even");
    const hits = Array.from({ length: 10_000 }, () => dice.hits(0.3)).filter(Boolean).length;

    expect(hits).toBeGreaterThan(2_800);
    expect(hits).toBeLessThan(3_200);
    expect(() => dice.pick([])).toThrow(RangeError);
  });
});

describe("planFaults", () => {
  prop.prop([seeds], { numRuns: 30 })(
    "hits with every kind in five minutes, in order of time and before the end",
    (seed) => {
      const faults = planFaults(seed, 5 * MINUTE_MS);

      expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
      expect(faults.map(({ number }) => number)).toEqual(faults.map((_, index) => index));
      expect(faults.map(({ atMs }) => atMs)).toEqual(faults.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
      expect(faults.every(({ atMs }) => atMs >= 0 && atMs <= 5 * MINUTE_MS)).toBe(true);
      expect(planFaults(seed, 5 * MINUTE_MS)).toEqual(faults);
    },
  );

  test("leaves out what has no time to end", () => {
    const kinds = planFaults(1, 0.3 * MINUTE_MS).map(({ kind }) => kind);

    expect(kinds).toContain("postmaster-kill");
    expect(kinds).not.toContain("network-blackhole");
  });
});

describe("planJob", () => {
  const plans = Array.from({ length: 50_000 }, (_, n) => planJob(1, n));
  const share = (isMeant: (plan: (typeof plans)[number]) => boolean): number =>
    plans.filter(isMeant).length / plans.length;

  test("has some of everything", () => {
    expect(share((plan) => plan.delayMs !== undefined)).toBeGreaterThan(0.02);
    expect(share((plan) => plan.deadlineMs !== undefined)).toBeGreaterThan(0.01);
    expect(share((plan) => plan.cancelAfterMs !== undefined)).toBeGreaterThan(0.02);
    expect(share((plan) => plan.limit !== undefined)).toBeGreaterThan(0.04);
    expect(share((plan) => plan.isShared)).toBeGreaterThan(0.01);
    expect(share((plan) => plan.workMs > 1_500)).toBeGreaterThan(0.001);
    expect(new Set(plans.flatMap((plan) => plan.death?.at ?? []))).toEqual(
      new Set(["start", "work", "end", "recording"]),
    );
    expect(plans.some((plan) => plan.death?.always)).toBe(true);
    expect(new Set(plans.map((plan) => plan.priority)).size).toBe(4);
  });

  test("fails one attempt in twenty, more in a storm, and one job in a thousand for good", () => {
    const fates = plans.map(({ n }) => fateOf(1, n, 2));
    const permanent = fates.filter((fate) => fate === "fail-permanently").length / fates.length;
    const transient = fates.filter((fate) => fate === "fail").length / fates.length;

    expect(permanent).toBeGreaterThan(0.0005);
    expect(permanent).toBeLessThan(0.002);
    expect(transient).toBeGreaterThan(0.04);
    expect(transient).toBeLessThan(0.06);
    expect(fateOf(1, 59 * BLOCK, 1)).not.toBe("complete");
  });

  prop.prop([seeds, fc.nat({ max: 1_000_000 })])("is the same for all who ask, and fits into a request", (seed, n) => {
    const plan = planJob(seed, n);
    const now = new Date("2026-01-01T00:00:00Z");
    const call = { take: 3, first: n, size: 1 };
    const request = requestOf(plan, call, { isKeyed: true, now });

    expect(planJob(seed, n)).toEqual(plan);
    expect(readPayload(JSON.parse(JSON.stringify(request.payload)))).toMatchObject({ n, ...call });
    expect(request.idempotencyKey).toBe(`order-${n}`);
    expect(request.deadline?.getTime() ?? Infinity).toBeGreaterThan(request.runAt?.getTime() ?? 0);
    expect(limitOfJob(seed, n)?.key).toBe(request.concurrency?.key);
    if (formOfBlock(seed, Math.floor(n / BLOCK)) === "bulk") expect(plan).toMatchObject({ isShared: false });
  });
});
