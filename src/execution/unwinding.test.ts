import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { RunError } from "./run-events.ts";
import type { Frame, TryFrame } from "./run-state.ts";
import { type Handlers, isCaught, takesError, unwind } from "./unwinding.ts";

const error: RunError = { code: "X_FAILED", message: "x", retryable: false };
const root: Frame = { kind: "root", queue: ["z"], done: [] };
const loop = (node: string): Frame => ({ kind: "while", node, index: 1, broken: false, queue: ["q"], done: ["d"] });
const block = (node: string, phase: TryFrame["phase"] = "body"): TryFrame => ({
  kind: "try",
  node,
  phase,
  hadError: false,
  queue: ["q"],
  done: [],
});
/** A try called `c…` has a catch, one called `…f` a finally. */
const handlers: Handlers = {
  catchFor: (node) => (node.startsWith("c") ? `${node}-catch` : undefined),
  finallyOf: (node) => (node.endsWith("f") ? `${node}-finally` : undefined),
};

describe("an error", () => {
  test("lands in the innermost catch and forgets what was queued above it", () => {
    const landing = unwind([root, block("c1"), block("c2"), loop("l")], { kind: "throw", error }, handlers);

    expect(landing).toEqual({
      kind: "catch",
      handler: "c2-catch",
      error,
      frames: [root, block("c1"), { ...block("c2"), phase: "catch", hadError: true, queue: [] }],
    });
  });

  test.each(["catch", "finally"] as const)("passes a try whose %s is running", (phase) => {
    expect(unwind([root, block("c1"), block("c2", phase)], { kind: "throw", error }, handlers)).toMatchObject({
      kind: "catch",
      handler: "c1-catch",
    });
  });

  test("gives a finally its turn on the way out, and stays pending", () => {
    const landing = unwind([root, block("f"), loop("l")], { kind: "throw", error }, handlers);

    expect(landing).toMatchObject({ kind: "finally", handler: "f-finally" });
    expect(landing.frames.at(-1)).toMatchObject({
      phase: "finally",
      pending: { kind: "throw", error },
      hadError: true,
      queue: [],
    });
  });

  test("in a catch body gives the finally of the same try its turn", () => {
    expect(unwind([root, block("cf", "catch")], { kind: "throw", error }, handlers)).toMatchObject({
      kind: "finally",
      handler: "cf-finally",
    });
  });

  test("that nobody takes fails the run", () => {
    expect(unwind([root, block("x"), loop("l")], { kind: "throw", error }, handlers)).toMatchObject({
      kind: "uncaught",
      error,
    });
    expect(isCaught([root, block("x"), block("c", "catch")], error, handlers)).toBe(false);
    expect(isCaught([root, block("c"), loop("l")], error, handlers)).toBe(true);
  });
});

describe("a break and a continue", () => {
  test("land in their loop, with nothing left of the round", () => {
    const left = unwind([root, loop("l"), block("c"), loop("m")], { kind: "break", loop: "l" }, handlers);
    const next = unwind([root, loop("l"), block("c")], { kind: "continue", loop: "l" }, handlers);

    expect(left).toEqual({ kind: "loop", frames: [root, { ...loop("l"), queue: [], broken: true }] });
    expect(next).toEqual({ kind: "loop", frames: [root, { ...loop("l"), queue: [], broken: false }] });
  });

  test("give a finally its turn, and say that no error was there", () => {
    const landing = unwind([root, loop("l"), block("cf")], { kind: "break", loop: "l" }, handlers);

    expect(landing.kind).toBe("finally");
    expect(landing.frames.at(-1)).toMatchObject({ hadError: false, pending: { kind: "break", loop: "l" } });
  });

  test("of a loop that is not open are a bug of the caller", () => {
    expect(() => unwind([root], { kind: "break", loop: "l" }, handlers)).toThrow(RangeError);
  });
});

describe("unwinding", () => {
  const frame = fc.oneof(
    fc
      .constantFrom("c", "f", "cf", "x")
      .chain((node) =>
        fc.constantFrom("body" as const, "catch" as const, "finally" as const).map((phase) => block(node, phase)),
      ),
    fc.constantFrom("l", "m").map(loop),
  );
  prop.prop([fc.array(frame, { maxLength: 8 })])(
    "only ever shortens the stack, and ends after as many turns as there are frames",
    (above) => {
      let frames: readonly Frame[] = [root, ...above];
      for (let turn = 0; turn <= above.length * 2; turn++) {
        const landing = unwind(frames, { kind: "throw", error }, handlers);
        expect(landing.frames.length).toBeLessThanOrEqual(frames.length);
        if (landing.kind === "uncaught") return;
        frames = landing.frames;
      }

      throw new Error("it did not end");
    },
  );
});

describe("takesError", () => {
  test.each([
    ["", "ANY", true],
    [" , ", "ANY", true],
    ["*", "ANY", true],
    ["Error", "ANY", true],
    ["Exception", "ANY", true],
    ["A, B", "B", true],
    ["a", "A", true],
    ["A", "AB", false],
  ])("%j and %s: %s", (types, code, expected) => {
    expect(takesError(types, code)).toBe(expected);
  });
});
