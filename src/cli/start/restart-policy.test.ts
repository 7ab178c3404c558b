import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { decideAfterExit } from "./restart-policy.ts";

describe("decideAfterExit", () => {
  test.each([
    { exitCode: 1, quickExits: 0, expected: { kind: "restart", delayMs: 500 } },
    { exitCode: 1, quickExits: 1, expected: { kind: "restart", delayMs: 500 } },
    { exitCode: undefined, quickExits: 2, expected: { kind: "restart", delayMs: 1_000 } },
    { exitCode: 0, quickExits: 5, expected: { kind: "restart", delayMs: 8_000 } },
    { exitCode: 75, quickExits: 9, expected: { kind: "restart", delayMs: 2_000 } },
    { exitCode: 78, quickExits: 1, expected: { kind: "give-up", reason: "its settings are invalid" } },
    { exitCode: 3, quickExits: 1, expected: { kind: "give-up", reason: "its key is not accepted any more" } },
    { exitCode: 2, quickExits: 1, expected: { kind: "give-up", reason: "it was started wrongly" } },
  ])("exit code $exitCode, $quickExits quick exits", ({ exitCode, quickExits, expected }) => {
    expect(decideAfterExit(exitCode, quickExits)).toEqual(expected);
  });

  prop.prop([fc.integer({ min: 0, max: 10_000 })])("a delay never passes half a minute", (quickExits) => {
    const decision = decideAfterExit(1, quickExits);

    expect(decision.kind === "restart" && decision.delayMs > 0 && decision.delayMs <= 30_000).toBe(true);
  });
});
