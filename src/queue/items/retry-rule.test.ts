import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { decideAfterAbandonment, decideAfterException, type ItemHistory } from "./retry-rule.ts";
import type { ExceptionType } from "./work-item.ts";

const rules = {
  application: { maxRetries: 2, delayMs: 10 },
  business: { maxRetries: 1, delayMs: 20 },
  maxAttempts: 3,
};
const history = (applicationFailures: number, businessFailures: number, spent: number): ItemHistory => ({
  applicationFailures,
  businessFailures,
  spent,
});

describe("decideAfterException", () => {
  test.each<[string, ExceptionType, ItemHistory, object]>([
    ["the first application exception", "application", history(0, 0, 0), { kind: "retry", delayMs: 10 }],
    ["the last that may be retried", "application", history(1, 0, 1), { kind: "retry", delayMs: 10 }],
    ["one too many", "application", history(2, 0, 2), { kind: "end", state: "failed" }],
    ["the first business exception", "business", history(0, 0, 0), { kind: "retry", delayMs: 20 }],
    ["the second business exception", "business", history(0, 1, 1), { kind: "end", state: "failed" }],
    ["a business exception after others", "business", history(1, 0, 1), { kind: "retry", delayMs: 20 }],
    ["the last attempt of all", "business", history(2, 0, 2), { kind: "end", state: "failed" }],
  ])("%s", (_, type, before, expected) => {
    expect(decideAfterException(rules, before, type)).toEqual(expected);
  });
});

test("abandonment counts as an application exception and ends as abandoned", () => {
  expect(decideAfterAbandonment(rules, history(1, 1, 1))).toEqual({ kind: "retry", delayMs: 10 });
  expect(decideAfterAbandonment(rules, history(2, 0, 2))).toEqual({ kind: "end", state: "abandoned" });
});

const limit = fc.integer({ min: 0, max: 8 });
const types = fc.array(fc.constantFrom("application" as const, "business" as const, "none" as const), {
  minLength: 40,
  maxLength: 40,
});

prop.prop([limit, limit, fc.integer({ min: 1, max: 8 }), types])(
  "whatever happens, an item ends within its attempts and within the retries of each type",
  (maxApplication, maxBusiness, maxAttempts, ends) => {
    const chosen = {
      application: { maxRetries: maxApplication, delayMs: 0 },
      business: { maxRetries: maxBusiness, delayMs: 0 },
      maxAttempts,
    };
    const count = { application: 0, business: 0, spent: 0 };
    for (const end of ends) {
      const before = history(count.application, count.business, count.spent);
      const verdict =
        end === "none" ? decideAfterAbandonment(chosen, before) : decideAfterException(chosen, before, end);
      count.spent += 1;
      count[end === "business" ? "business" : "application"] += 1;
      if (verdict.kind === "end") {
        expect(count.spent).toBeLessThanOrEqual(maxAttempts);
        return;
      }
      expect(count.application).toBeLessThanOrEqual(maxApplication);
      expect(count.business).toBeLessThanOrEqual(maxBusiness);
    }
    expect.unreachable("it went on for ever");
  },
);
