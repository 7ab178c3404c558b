import { describe, expect, test } from "vitest";
import { expectedVersion, versionTag } from "./if-match.ts";

describe("expectedVersion", () => {
  test.each([
    { header: undefined, expected: undefined },
    { header: "*", expected: undefined },
    { header: '"3"', expected: 3 },
    { header: ' "3" , "7"', expected: 7 },
    { header: 'W/"3"', expected: 0 },
    { header: '"abc"', expected: 0 },
    { header: '"99999999999"', expected: 0 },
  ])("of $header is $expected", ({ header, expected }) => {
    expect(expectedVersion(header)).toBe(expected);
  });

  test.each(["3", '"3', '"3" "4"', "", '"a"b"'])("refuses %j", (header) => {
    expect(() => expectedVersion(header)).toThrow(expect.objectContaining({ code: "PRECONDITION_INVALID" }));
  });

  test("reads what versionTag makes", () => {
    expect(expectedVersion(versionTag(12))).toBe(12);
  });
});
