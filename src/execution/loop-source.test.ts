import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { loopItem, loopLength, loopSource } from "./loop-source.ts";
import { codeOf } from "./testing-scope.suite.ts";

const none = (): undefined => undefined;

describe("loopSource", () => {
  test("prefers items, then the variable, and reads a list that a template put into list_var", () => {
    expect(loopSource("f", { items: [1], list_var: "x" }, () => [2])).toEqual({ kind: "list", items: [1] });
    expect(loopSource("f", { items: "", list_var: " x " }, (name) => [name])).toEqual({ kind: "list", items: ["x"] });
    expect(loopSource("f", { list_var: [3] }, none)).toEqual({ kind: "list", items: [3] });
  });

  test("keeps the keys of a dict, and characters whole", () => {
    expect(loopSource("f", { items: { a: 1 } }, none)).toEqual({ kind: "list", items: [1], keys: ["a"] });
    expect(loopSource("f", { items: "a😀" }, none)).toEqual({ kind: "list", items: ["a", "😀"] });
    expect(loopSource("f", { items: "[no json" }, none)).toMatchObject({ items: "[no json".split("") });
  });

  test("fails without items and with step 0", () => {
    expect(codeOf(() => loopSource("f", {}, none))).toBe("WORKFLOW_ITEMS_MISSING");
    expect(codeOf(() => loopSource("f", { list_var: "x" }, () => null))).toBe("WORKFLOW_ITEMS_MISSING");
    expect(codeOf(() => loopSource("f", { mode: "range", step: 0 }, none))).toBe("WORKFLOW_RANGE_INVALID");
  });

  test("counts a range of a hundred million without writing it out", () => {
    const source = loopSource("f", { mode: "range", start: 0, end: 100_000_000, step: 1 }, none);

    expect(loopLength(source)).toBe(100_000_000);
    expect(loopItem(source, 99_999_999)).toEqual({ item: 99_999_999, key: 99_999_999 });
  });

  const bound = fc.integer({ min: -50, max: 50 });
  prop.prop([bound, bound, bound.filter((step) => step !== 0)])(
    "a range goes from start to before end",
    (start, end, step) => {
      const source = loopSource("f", { mode: "range", start, end, step }, none);
      const items = Array.from({ length: loopLength(source) }, (_, index) => loopItem(source, index).item);

      const expected: number[] = [];
      for (let value = start; step > 0 ? value < end : value > end; value += step) expected.push(value);
      expect(items).toEqual(expected);
    },
  );
});
