import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { toPrettyLine } from "./pretty-line.ts";

const line = (facts: object, msg = "said") =>
  JSON.stringify({ level: "info", time: "2026-01-01T12:30:01.123Z", name: "cli", ...facts, msg });

describe("toPrettyLine", () => {
  test.each([
    { facts: {}, expected: "12:30:01.123 INFO  cli: said" },
    { facts: { count: 3, path: "/a/b-1.json" }, expected: "12:30:01.123 INFO  cli: said  count=3 path=/a/b-1.json" },
    { facts: { text: "two words" }, expected: '12:30:01.123 INFO  cli: said  text="two words"' },
    { facts: { list: [1, { a: "b" }] }, expected: '12:30:01.123 INFO  cli: said  list=[1,{"a":"b"}]' },
    { facts: { name: undefined }, expected: "12:30:01.123 INFO  said" },
  ])("$expected", ({ facts, expected }) => {
    expect(toPrettyLine(line(facts), false)).toBe(expected);
  });

  test("colors level and labels where that is wanted", () => {
    expect(toPrettyLine(line({ a: 1 }), true)).toContain("\u001b[36mINFO \u001b[0m");
  });

  test("leaves a line that is not JSON readable", () => {
    expect(toPrettyLine("plain \u001b[2J text\n", false)).toBe("plain \\u001b[2J text");
  });

  prop.prop([fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), fc.string({ unit: "binary" })])(
    "no text from outside breaks the line or reaches the terminal as a control",
    (key, value, message) => {
      expect(toPrettyLine(line({ [`k${key}`]: value, nested: { [key]: [value] } }, message), false)).not.toMatch(
        /[\p{Cc}\u2028\u2029]/u,
      );
    },
  );
});
