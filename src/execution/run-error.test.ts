import { describe, expect, test } from "vitest";
import { neverReached } from "./never.ts";
import { traceOf } from "./run-error.ts";

describe("traceOf", () => {
  test("tells the place in the workflow, innermost first, and nothing of the host", () => {
    const error = { code: "X", message: "it broke", node: "a", retryable: false };

    expect(traceOf(error, "SetNode", ["f:1", "g:0"])).toBe("X: it broke\n  at a (SetNode)\n  in g:0\n  in f:1");
    expect(traceOf(error, undefined, [])).toBe("X: it broke\n  at a");
    expect(traceOf({ code: "X", message: "m", retryable: false }, undefined, [])).toBe("X: m");
  });
});

describe("neverReached", () => {
  test("says which case nobody thought of", () => {
    expect(() => neverReached("fork" as never)).toThrow('Unexpected case: "fork"');
  });
});
