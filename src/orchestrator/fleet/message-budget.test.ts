import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { fullBudget, spendMessage } from "./message-budget.ts";

const limits = { perSecond: 100, burst: 3 };

describe("spendMessage", () => {
  test.each([
    { tokens: 3, elapsedMs: 0, left: 2, pauseMs: 0 },
    { tokens: 1, elapsedMs: 0, left: 0, pauseMs: 0 },
    { tokens: 0, elapsedMs: 0, left: -1, pauseMs: 10 },
    { tokens: 0, elapsedMs: 10, left: 0, pauseMs: 0 },
    { tokens: 0, elapsedMs: 60_000, left: 2, pauseMs: 0 },
    { tokens: -4, elapsedMs: 0, left: -5, pauseMs: 50 },
    { tokens: 3, elapsedMs: -1_000, left: 2, pauseMs: 0 },
  ])("$tokens tokens after $elapsedMs ms → $left, pause $pauseMs ms", ({ tokens, elapsedMs, left, pauseMs }) => {
    const spent = spendMessage({ tokens, atMs: 5_000 }, limits, 5_000 + elapsedMs);

    expect(spent.budget.tokens).toBeCloseTo(left);
    expect(spent.pauseMs).toBe(pauseMs);
  });

  prop.prop([fc.array(fc.nat(50), { minLength: 1, maxLength: 200 })])(
    "who waits as told never sends more than burst plus rate",
    (gaps) => {
      let nowMs = 0;
      let budget = fullBudget(limits, nowMs);
      for (const [index, gapMs] of gaps.entries()) {
        const spent = spendMessage(budget, limits, nowMs);
        budget = spent.budget;
        expect(index + 1).toBeLessThanOrEqual(limits.burst + 1 + (nowMs / 1_000) * limits.perSecond);
        nowMs += gapMs + spent.pauseMs;
      }
    },
  );
});
