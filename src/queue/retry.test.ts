import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { DEFAULT_RETRY, type ErrorClass } from "./job.ts";
import {
  type AttemptFacts,
  decideAfterFailure,
  decideAfterLoss,
  decideAfterRelease,
  retryDelayMs,
  type Verdict,
} from "./retry.ts";

const retry = { maxAttempts: 3, baseMs: 100, factor: 3, capMs: 1_000, jitter: 0.2 };
const facts: AttemptFacts = { retry, spent: 1, stopping: "no", overdue: false };

const again = (delayMs: number): Verdict => ({ kind: "again", delayMs });
const cancelled: Verdict = { kind: "end", state: "cancelled" };
const tooLate: Verdict = { kind: "end", state: "timed_out", deadLetter: "deadline" };
const exhausted: Verdict = { kind: "end", state: "failed", deadLetter: "exhausted" };
const permanent: Verdict = { kind: "end", state: "failed", deadLetter: "permanent" };

describe("decideAfterFailure", () => {
  test.each<[string, Partial<AttemptFacts>, ErrorClass, Verdict]>([
    ["a transient failure is tried again", {}, "transient", again(80)],
    ["a lost lease is tried again", {}, "lost-lease", again(80)],
    ["a timeout is tried again", {}, "timeout", again(80)],
    ["the delay grows", { spent: 2 }, "transient", again(240)],
    ["the last attempt ends the job", { spent: 3 }, "transient", exhausted],
    ["attempts beyond the limit end it too", { spent: 9 }, "transient", exhausted],
    ["a timeout in the last attempt", { spent: 3 }, "timeout", { ...exhausted, state: "timed_out" }],
    ["a permanent failure ends it at once", {}, "permanent", permanent],
    ["a cancelled run ends as cancelled", {}, "cancelled", cancelled],
    ["a failure after a request to cancel", { stopping: "cancel" }, "transient", cancelled],
    ["a permanent failure after a request to cancel", { stopping: "cancel" }, "permanent", cancelled],
    ["a cancelled run after its deadline", { stopping: "deadline" }, "cancelled", tooLate],
    ["a failure after the deadline", { overdue: true }, "transient", tooLate],
    ["a permanent failure after the deadline", { overdue: true }, "permanent", permanent],
    ["the last failure after the deadline", { overdue: true, spent: 3 }, "transient", tooLate],
  ])("%s", (_, given, errorClass, expected) => {
    expect(decideAfterFailure({ ...facts, ...given }, errorClass, 0)).toEqual(expected);
  });
});

describe("decideAfterLoss", () => {
  test.each<[string, Partial<AttemptFacts>, Verdict]>([
    ["the job runs again at once", {}, again(0)],
    ["the last attempt ends it", { spent: 3 }, exhausted],
    ["a request to cancel is carried out", { stopping: "cancel", spent: 3 }, cancelled],
    ["a passed deadline ends it", { overdue: true }, tooLate],
    ["a deadline that stopped it ends it", { stopping: "deadline" }, tooLate],
  ])("%s", (_, given, expected) => {
    expect(decideAfterLoss({ ...facts, ...given })).toEqual(expected);
  });
});

describe("decideAfterRelease", () => {
  test.each<[string, boolean, Partial<AttemptFacts>, Verdict]>([
    ["not started, the job waits again", false, {}, again(0)],
    ["not started, the limit does not matter", false, { spent: 3 }, again(0)],
    ["not started, a request to cancel is carried out", false, { stopping: "cancel" }, cancelled],
    ["not started, a passed deadline ends it", false, { overdue: true }, tooLate],
    ["started, the job waits again", true, {}, again(0)],
    ["started, the last attempt stays the last", true, { spent: 3 }, exhausted],
  ])("%s", (_, started, given, expected) => {
    expect(decideAfterRelease({ ...facts, ...given }, started)).toEqual(expected);
  });
});

describe("retryDelayMs", () => {
  test("follows the default policy: 5 s, 15 s, 45 s … up to an hour", () => {
    const delays = [1, 2, 3, 4, 20].map((spent) => retryDelayMs({ ...DEFAULT_RETRY, jitter: 0 }, spent, 0.5));

    expect(delays).toEqual([5_000, 15_000, 45_000, 135_000, 3_600_000]);
  });

  property.prop([
    fc.record({
      maxAttempts: fc.integer({ min: 1, max: 1_000 }),
      baseMs: fc.integer({ min: 0, max: 86_400_000 }),
      factor: fc.double({ min: 1, max: 100, noNaN: true }),
      capMs: fc.integer({ min: 0, max: 604_800_000 }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    fc.integer({ min: 1, max: 1_000 }),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  ])("is a whole number within the jitter and never above the cap", (policy, spent, dice) => {
    const delayMs = retryDelayMs(policy, spent, dice);

    const full = policy.baseMs === 0 ? 0 : Math.min(policy.baseMs * policy.factor ** (spent - 1), policy.capMs);
    expect(Number.isInteger(delayMs)).toBe(true);
    expect(delayMs).toBeGreaterThanOrEqual(Math.floor(full * (1 - policy.jitter)));
    expect(delayMs).toBeLessThanOrEqual(Math.ceil(full));
  });
});
