import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { type FoldMark, moveMark, nextSpan } from "./fold-statistics.ts";

describe("figures are counted in steps that fit the load", () => {
  test.each([
    { rows: 0, next: 4_000 },
    { rows: 50_000, next: 1_000 },
    { rows: 200_000, next: 500 },
  ])("after $rows rows, $next transactions", ({ rows, next }) => {
    expect(nextSpan(1_000, rows)).toBe(next);
  });

  prop.prop([fc.array(fc.nat(1_000_000), { maxLength: 100 })])("and never stand still", (steps) => {
    const span = steps.reduce((last, rows) => nextSpan(last, rows), 250);

    expect(span).toBeGreaterThanOrEqual(1);
    expect(Number.isSafeInteger(span)).toBe(true);
  });
});

const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minute));

describe("figures are whole", () => {
  const start: FoldMark = { foldedAt: at(0) };

  test("up to now when nobody writes", () => {
    expect(moveMark(start, { horizon: 9n, next: 9n, now: at(1) })).toEqual({ foldedAt: at(1) });
  });

  test("up to a time when none of the transactions of before it is left", () => {
    const first = moveMark(start, { horizon: 5n, next: 9n, now: at(1) });
    const second = moveMark(first, { horizon: 8n, next: 20n, now: at(2) });
    const third = moveMark(second, { horizon: 9n, next: 30n, now: at(3) });

    expect([first.foldedAt, second.foldedAt, third.foldedAt]).toEqual([at(0), at(0), at(1)]);
  });

  const pass = fc.record({ begun: fc.nat(5), open: fc.nat(20) });
  prop.prop([fc.array(pass)])("never later than the begin of a transaction that may still write", (passes) => {
    let state = start;
    let next = 1;
    let horizon = 1;
    const begunAt = new Map<number, Date>();
    passes.forEach(({ begun, open }, minute) => {
      for (let n = 0; n < begun; n++) begunAt.set(next++, at(minute));
      horizon = Math.max(horizon, next - open);
      state = moveMark(state, { horizon: BigInt(horizon), next: BigInt(next), now: at(minute + 1) });

      const oldest = begunAt.get(horizon);
      if (oldest !== undefined) expect(state.foldedAt.getTime()).toBeLessThanOrEqual(oldest.getTime());
    });
  });
});
