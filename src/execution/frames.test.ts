import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { enqueue, isOpen, openLoop, pathOf, takeNext, topOf } from "./frames.ts";
import type { Frame } from "./run-state.ts";

const root = (queue: readonly string[], done: readonly string[] = []): Frame => ({ kind: "root", queue, done });
const loop = (node: string, index: number): Frame => ({
  kind: "while",
  node,
  index,
  broken: false,
  queue: [],
  done: [],
});
const block = (node: string): Frame => ({ kind: "try", node, phase: "body", hadError: false, queue: [], done: [] });
const never = (): boolean => false;
const leadsTo = (from: string, to: string): boolean => from === "c" && to === "a";

describe("the queue of a frame", () => {
  test("takes each node once, and none that ran already", () => {
    expect(topOf(enqueue([root(["a"], ["d"])], ["b", "a", "b", "d", "c"]))).toEqual(root(["a", "b", "c"], ["d"]));
  });

  test("gives nodes in order, but lets one wait for those that lead to it", () => {
    expect(takeNext([root(["a", "b", "c"])], leadsTo)).toEqual({ node: "b", frames: [root(["a", "c"], ["b"])] });
    expect(takeNext([root(["a", "c"])], leadsTo)).toMatchObject({ node: "c" });
  });

  test("is over when it is empty", () => {
    expect(takeNext([root([])], never)).toBeUndefined();
    expect(() => topOf([])).toThrow(RangeError);
  });

  prop.prop([fc.uniqueArray(fc.nat(20), { maxLength: 10 })])(
    "every queued node comes out once, also when they wait for each other",
    (ids) => {
      let frames: Frame[] = enqueue([root([])], ids.map(String));
      const taken: string[] = [];
      for (;;) {
        const next = takeNext(frames, (from, to) => Number(from) < Number(to));
        if (next === undefined) break;
        taken.push(next.node);
        frames = next.frames;
      }

      expect(taken).toEqual(ids.toSorted((a, b) => a - b).map(String));
    },
  );
});

describe("the stack", () => {
  const frames = [root([]), loop("outer", 2), block("t"), loop("inner", 0)];

  test("knows open loops and blocks, and the path of iterations", () => {
    expect(openLoop(frames, undefined)).toBe("inner");
    expect(openLoop(frames, "outer")).toBe("outer");
    expect(openLoop(frames, "t")).toBeUndefined();
    expect(openLoop([root([])], undefined)).toBeUndefined();
    expect([isOpen(frames, "t"), isOpen(frames, "x"), isOpen(frames, undefined)]).toEqual([true, false, false]);
    expect(pathOf(frames)).toEqual(["outer:2", "inner:0"]);
  });
});
