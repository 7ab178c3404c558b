import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { isJsonObject, jsonDepth, jsonSizeBytes, storableText } from "./json.ts";

describe("jsonDepth", () => {
  test.each([
    [1, 0],
    [null, 0],
    [[], 1],
    [{}, 1],
    [[[]], 2],
    [{ a: [{ b: 1 }] }, 3],
    [[1, [2], 3], 2],
  ])("of %j is %i", (value, depth) => {
    expect(jsonDepth(value, 100)).toBe(depth);
  });

  test("stops above the limit instead of following hostile nesting to its end", () => {
    let deep: unknown = 1;
    for (let i = 0; i < 200_000; i++) deep = [deep];

    expect(jsonDepth(deep, 10)).toBe(11);
  });
});

test("sizes are bytes, not characters", () => {
  expect(jsonSizeBytes("é")).toBe(4);
});

test("only objects are JSON objects", () => {
  expect([{}, [], null, "x"].map(isJsonObject)).toEqual([true, false, false, false]);
});

describe("storableText", () => {
  test("replaces what PostgreSQL refuses", () => {
    expect(storableText("a\u0000b\uD800c")).toBe("a\uFFFDb\uFFFDc");
  });

  prop.prop([fc.string({ unit: "binary" })])("is well formed, has no NUL, and changes nothing else", (text) => {
    const stored = storableText(text);

    expect(stored.includes("\u0000")).toBe(false);
    expect(stored.isWellFormed()).toBe(true);
    expect(storableText(stored)).toBe(stored);
    if (text.isWellFormed() && !text.includes("\u0000")) expect(stored).toBe(text);
  });
});
