import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { lineAndColumn, scanJson } from "./json-scanner.ts";

describe("scanJson", () => {
  test.each([
    ["", 0, "it ends too early"],
    ["  ", 2, "it ends too early"],
    ['{"a" 1}', 5, "a colon is missing behind the key"],
    ['{"a": 1 "b"}', 8, "a comma or } is missing"],
    ["[1 2]", 3, "a comma or ] is missing"],
    ["[1,]", 3, "a value is missing; is there a comma too many?"],
    ['{"a":}', 5, "a value is missing; is there a comma too many?"],
    ['{"a": 1,}', 8, "a key in double quotes is missing"],
    ["{a: 1}", 1, "a key in double quotes is missing"],
    ["{'a': 1}", 1, "a key in double quotes is missing"],
    ["['a']", 1, "text needs double quotes"],
    ["[nope]", 1, "a value is expected here"],
    ["[01]", 2, "a comma or ] is missing"],
    ['["a\nb"]', 1, "the text that starts here is not closed before the end of the line"],
    ['["a', 1, "the text that starts here is not closed before the end of the line"],
    ['{"a\\x": 1}', 3, "this escape is not known; a backslash itself is written twice"],
    ['["C:\\new\\dir"]', 8, "this escape is not known; a backslash itself is written twice"],
    ["1 1", 2, "there is more behind the end"],
    ["{} // end", 3, "there is more behind the end"],
  ])("%j is broken at %d: %s", (text, position, reason) => {
    expect(scanJson(text, 64).fault).toEqual({ kind: "invalid", position, reason });
  });

  test("counts levels of nesting", () => {
    expect(scanJson("[[[]]]", 3).fault).toBeUndefined();
    expect(scanJson('[[{"a": []}]]', 3).fault).toMatchObject({ kind: "too-deep", position: 8 });
  });

  test("tells the path of keys that occur twice", () => {
    expect(scanJson('{"a": [{"b": 1, "b": 2}], "c": {"d": {}, "d": 1}, "a": 0}', 64).duplicates).toEqual([
      { path: "a[0]", key: "b", position: 16 },
      { path: "c", key: "d", position: 41 },
      { path: "", key: "a", position: 50 },
    ]);
    expect(scanJson(`{${'"a": 1, '.repeat(500)}"a": 1}`, 64).duplicates).toHaveLength(100);
  });

  prop.prop([fc.json()])("finds nothing wrong with JSON", (text) => {
    expect(scanJson(text, 1_000).fault).toBeUndefined();
  });

  const noise = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "\\",
    "1",
    "-",
    "e",
    "true",
    "nul",
    " ",
    "\n",
    "a",
    ".",
    "\\u12",
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(noise, { maxLength: 12 }).map((list) => list.join("")),
    fc.tuple(fc.json(), fc.nat(), noise).map(([text, at, piece]) => {
      const index = text.length === 0 ? 0 : at % text.length;
      return `${text.slice(0, index)}${piece}${text.slice(index + 1)}`;
    }),
  );
  prop.prop([texts], { numRuns: 500 })("agrees with JSON.parse on what is JSON", (text) => {
    let isJson = true;
    try {
      JSON.parse(text);
    } catch {
      isJson = false;
    }

    expect(scanJson(text, 1_000).fault === undefined).toBe(isJson);
  });
});

describe("lineAndColumn", () => {
  test.each([
    ["abc", 2, { line: 1, column: 3 }],
    ["a\nb", 2, { line: 2, column: 1 }],
    ["a\r\nb\rc", 5, { line: 3, column: 1 }],
  ])("%j at %d", (text, position, expected) => {
    expect(lineAndColumn(text, position)).toEqual(expected);
  });
});
