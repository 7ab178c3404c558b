import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { readJson } from "./read-json.ts";

describe("readJson", () => {
  test.each(["1", '"a"', "[1,{}]", '\uFEFF{"a":null}', '{"a":"__proto__"}'])("reads %j", (text) => {
    expect(readJson(text)).toEqual(JSON.parse(text.replace("\uFEFF", "")));
  });

  test.each([
    { text: '{\n  "a": 1,\n  "b" 2\n}', line: 3, column: 7 },
    { text: '{"a": 1', line: 1, column: 8 },
    { text: '["a",', line: 1, column: 6 },
  ])("tells where $text goes wrong", ({ text, line, column }) => {
    expect(() => readJson(text)).toThrow(
      expect.objectContaining({ code: "REQUEST_MALFORMED", details: expect.objectContaining({ line, column }) }),
    );
  });

  test.each(["", "  ", "hello", '{"password": s3cret}'])("refuses %j without repeating it", (text) => {
    expect(() => readJson(text)).toThrow(expect.objectContaining({ code: "REQUEST_MALFORMED" }));
    expect(() => readJson(text)).toThrow(/^(?!.*s3cret)/);
  });

  test.each(['{"__proto__": {}}', '[{"a": {"\\u005f_proto__": 1}}]'])("refuses the key __proto__ in %s", (text) => {
    expect(() => readJson(text)).toThrow("__proto__");
  });

  test("refuses nesting that would overflow the stack of what reads it", () => {
    expect(() => readJson("[".repeat(100_000) + "]".repeat(100_000))).toThrow(/JSON/);
    expect(() => readJson(`${"[".repeat(201)}${"]".repeat(201)}`)).toThrow("nests deeper than 200");
    expect(readJson(`${"[".repeat(199)}${"]".repeat(199)}`)).toBeDefined();
  });

  prop.prop([fc.jsonValue({ maxDepth: 5 })])("reads back any value", (value) => {
    const text = JSON.stringify(value);
    fc.pre(!text.includes("__proto__"));

    expect(readJson(text)).toEqual(JSON.parse(text));
  });

  prop.prop([fc.string()])("answers any text with a value or with the one error", (text) => {
    try {
      readJson(text);
    } catch (error) {
      expect(error).toMatchObject({ code: "REQUEST_MALFORMED" });
    }
  });
});
