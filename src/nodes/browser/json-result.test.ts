import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { parsedIfJson, toJson } from "./json-result.ts";

describe("toJson", () => {
  test.each([
    [undefined, null],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
    [12n, "12"],
    [Number.NaN, null],
    [{ a: undefined, b: 1 }, { b: 1 }],
  ])("%s becomes %j", (value, expected) => {
    expect(toJson(value, "about:blank")).toEqual(expected);
  });

  test("refuses data that contains itself", () => {
    const loop: Record<string, unknown> = {};
    loop["self"] = loop;

    expect(() => toJson(loop, "about:blank")).toThrow(expect.objectContaining({ code: "NODE_SCRIPT_FAILED" }));
  });

  prop.prop([fc.jsonValue()])("keeps JSON as it is", (value) => {
    expect(JSON.stringify(toJson(value, "about:blank"))).toBe(JSON.stringify(value));
  });
});

describe("parsedIfJson", () => {
  test.each([
    ['{"a":1}', { a: 1 }],
    ["[1]", [1]],
    ["42", "42"],
    ["{broken", "{broken"],
    [7, 7],
  ])("%j becomes %j", (value, expected) => {
    expect(parsedIfJson(value)).toEqual(expected);
  });
});
