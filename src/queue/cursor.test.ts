import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { readPage, toPage } from "./cursor.ts";
import { isStoredId } from "./stored-id.ts";

describe("toPage and readPage", () => {
  property.prop([fc.bigInt({ min: 1n, max: 2n ** 63n - 1n })])("a cursor leads back to its place", (id) => {
    const { nextCursor = "" } = toPage([id, id], 1, (row) => [String(row)]);

    expect(readPage({ limit: 1, cursor: nextCursor }, [isStoredId])).toEqual([String(id)]);
  });

  property.prop([fc.string()])("no other text is a cursor", (cursor) => {
    expect(() => readPage({ limit: 1, cursor }, [isStoredId])).toThrow("nextCursor of an earlier page");
  });

  test("the last page has no cursor", () => {
    expect(toPage([1, 2], 2, String as unknown as (row: number) => string[])).toEqual({ data: [1, 2] });
    expect(toPage([], 2, () => [])).toEqual({ data: [] });
  });
});

describe("isStoredId", () => {
  test.each([
    ["1", true],
    ["9223372036854775807", true],
    ["9223372036854775808", false],
    ["0", false],
    ["01", false],
    ["-1", false],
    ["1.0", false],
    ["1e3", false],
    ["", false],
    ["１", false],
    ["1 ", false],
  ])("%j: %s", (text, expected) => {
    expect(isStoredId(text)).toBe(expected);
  });
});
