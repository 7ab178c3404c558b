import { expect, test } from "vitest";
import { clientErrors } from "./errors.ts";
import { retryDelayMs } from "./retry-delay.ts";

const away = clientErrors.ORCHESTRATOR_UNREACHABLE({ baseUrl: "http://x", reason: "ECONNREFUSED" });
const wrong = clientErrors.ORCHESTRATOR_BAD_ANSWER({ baseUrl: "http://x", status: 200, problem: "p" });

test.each([
  { error: away, attempt: 1, dice: 0, expected: 125 },
  { error: away, attempt: 1, dice: 1, expected: 250 },
  { error: away, attempt: 2, dice: 1, expected: 500 },
  { error: away, attempt: 9, dice: 1, expected: 5_000 },
  { error: away, attempt: 10, dice: 0, expected: undefined },
  { error: wrong, attempt: 1, dice: 0, expected: undefined },
  { error: new TypeError("bug"), attempt: 1, dice: 0, expected: undefined },
])("attempt $attempt, dice $dice → $expected", ({ error, attempt, dice, expected }) => {
  expect(retryDelayMs(error, { attempt, retries: 9, dice })).toBe(expected);
});
