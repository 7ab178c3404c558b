import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { readJson } from "./read-json.ts";

describe("readJson", () => {
  test.each(["1", '"a"', "[1,{}]", '\uFEFF{"a":null}', '{"a":"__proto__"}'])("reads %j", (text) => {
    expect(readJson(text)).toEqual(JSON.parse(text.replace("\uFEFF", "")));
  });

  test.each([
    { text: '{\n  "a": 1,\n  "b" 2\n}', line: 3, column: 7, problem: "a colon is missing behind the key" },
    { text: '{\n  "a": [1 2]}', line: 2, column: 11, problem: "a comma or ] is missing" },
    { text: '\uFEFF{"a" 1}', line: 1, column: 6, problem: "a colon is missing behind the key" },
    { text: '{"a": 1', line: 1, column: 8, problem: "a comma or } is missing" },
    { text: '["a",', line: 1, column: 6, problem: "it ends too early" },
    { text: "{'a': 1}", line: 1, column: 2, problem: "a key in double quotes is missing" },
  ])("tells where and why $text goes wrong, and what to do", ({ text, line, column, problem }) => {
    const suggestion = "correct the JSON at this place";

    expect(() => readJson(text)).toThrow(
      expect.objectContaining({
        code: "REQUEST_MALFORMED",
        details: { line, column, problem, suggestion },
        message: `The request cannot be read: line ${line}, column ${column}: ${problem}; ${suggestion}`,
      }),
    );
  });

  test.each(["", "  ", "hello", '{"password": s3cret}'])("refuses %j without repeating it", (text) => {
    expect(() => readJson(text)).toThrow(expect.objectContaining({ code: "REQUEST_MALFORMED" }));
    expect(() => readJson(text)).toThrow(/^(?!.*s3cret)/);
  });

  test.each(['{"__proto__": {}}', '[{"a": {"\\u005f_proto__": 1}}]'])("refuses the key __proto__ in %s", (text) => {
    expect(() => readJson(text)).toThrow("__proto__");
  });

  test("refuses a key that occurs twice where it is asked to, and tells where", () => {
    const text = '{"nodes": {\n  "a": 1,\n  "a": 2}}';

    expect(readJson(text)).toEqual({ nodes: { a: 2 } });
    expect(() => readJson(`\uFEFF${text}`, { uniqueKeys: true })).toThrow(
      expect.objectContaining({
        code: "REQUEST_MALFORMED",
        details: expect.objectContaining({ line: 3, column: 3, problem: 'the key "a" occurs twice' }),
      }),
    );
    expect(readJson('{"a": {"b": 1}, "b": 1}', { uniqueKeys: true })).toEqual({ a: { b: 1 }, b: 1 });
  });

  test("refuses nesting that would overflow the stack of what reads it", () => {
    expect(() => readJson("[".repeat(100_000) + "]".repeat(100_000))).toThrow(/JSON/);
    expect(() => readJson(`[\n${"[".repeat(200)}${"]".repeat(200)}]`)).toThrow(
      "line 2, column 200: it nests deeper than 200 levels; flatten the data, or pass it as JSON text",
    );
    expect(readJson(`${"[".repeat(200)}${"]".repeat(200)}`)).toBeDefined();
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
