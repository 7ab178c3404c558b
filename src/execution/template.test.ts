import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../core/json.ts";
import { compileTemplate } from "./template.ts";
import { codeOf, scopeOf } from "./testing-scope.suite.ts";

const scope = scopeOf({
  n: 7,
  name: "Ada",
  list: [1, { a: 2 }],
  nil: null,
  flag: true,
  user: { city: "London" },
  x: "{{name}}",
});

function resolve(value: JsonValue): JsonValue {
  const { template, faults } = compileTemplate(value);
  if (faults[0] !== undefined) throw faults[0].error;
  return template === undefined ? value : template.resolve(scope);
}

describe("templates", () => {
  test.each<[JsonValue, JsonValue]>([
    ["{{n}}", 7],
    ["{{ list }}", [1, { a: 2 }]],
    ["{{list[1].a}}", 2],
    ["{{nil}}", null],
    ["${n}", 7],
    ["%n%", 7],
    ["@{upper(name)}", "ADA"],
    ["{{n + 1}}", 8],
    ["{{'big' if n > 5 else 'small'}}", "big"],
    ["Hello {{name}}, {{n}}, {{flag}}, [{{nil}}], {{list}}", 'Hello Ada, 7, true, [], [1,{"a":2}]'],
    [" {{n}}", " 7"],
    ["${name} and %name%", "Ada and Ada"],
    ["{{user.city}}{{name}}", "LondonAda"],
    ["user@{{user.city}}.example costs ${{n}} or %{{n}}%", "user@London.example costs $7 or %7%"],
    ['{"a":{"b":{{n}}}}', '{"a":{"b":7}}'],
    ["{{{n}}}", "{7}"],
    ["{{ '}}' }} {{ {'a': {'b': 1}} }}", '}} {"a":{"b":1}}'],
    ["{{'{{'}}name}}", "{{name}}"],
    ["{{x}}", "{{name}}"],
    [
      { a: ["{{n}}", { b: "-{{n}}-" }], "{{n}}": 1, c: 2 },
      { a: [7, { b: "-7-" }], "{{n}}": 1, c: 2 },
    ],
    [
      ["{{nil}}", "a"],
      [null, "a"],
    ],
  ])("%j becomes %j", (value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  test.each<[JsonValue]>([
    ["100%"],
    ["%Y-%m-%d %H:%M:%S"],
    ["width: 100%; height: 50%"],
    ["{{unclosed"],
    ["a { b } c"],
    ["%%"],
    ["$ {n}"],
    ["@{Name='x'; Value=1}"],
    ["@{never closed"],
    ["@{ 'quoted }' "],
    [5],
    [[1, null, { a: true }]],
  ])("%j stays as it is and costs nothing at run time", (value) => {
    const { template, faults } = compileTemplate(value);

    expect(faults).toEqual([]);
    expect(template === undefined ? value : template.resolve(scope)).toEqual(value);
  });

  test.each<[JsonValue]>([["%nope% ${nope}"], ["${user.nope}"], ["%n.x%"], ["@{Name='{{n}'"]])(
    "the old forms in %j stay text when they name nothing",
    (value) => {
      expect(resolve(value)).toBe(value);
    },
  );

  test.each([
    ["{{nope}}", "WORKFLOW_REFERENCE_UNKNOWN"],
    ["Hello {{nope}}", "WORKFLOW_REFERENCE_UNKNOWN"],
    ["{{user.nope}}", "WORKFLOW_REFERENCE_UNKNOWN"],
    ["@{upper(nope)}", "WORKFLOW_REFERENCE_UNKNOWN"],
    ["{{a b}}", "EXPRESSION_SYNTAX"],
    ["{{}}", "EXPRESSION_SYNTAX"],
    ["style={{color: 'red'}}", "EXPRESSION_SYNTAX"],
    ["{{it's}}", "EXPRESSION_SYNTAX"],
    ["{{n}} @{uper(name)}", "EXPRESSION_FUNCTION_UNKNOWN"],
    ["{{1 / 0}}", "EXPRESSION_DIVISION_BY_ZERO"],
    ["{{$nope}}", "WORKFLOW_REFERENCE_UNKNOWN"],
    [`{{${"1".repeat(10_001)}}}`, "EXPRESSION_TOO_LONG"],
    ["{{n}} ".repeat(5_001), "EXPRESSION_TOO_LONG"],
  ])("%j is an error, never silently literal", (value, code) => {
    expect(codeOf(() => resolve(value))).toBe(code);
  });

  test("every faulty text of a value is reported, with its place and position", () => {
    const { faults } = compileTemplate({ a: "ok {{1 +}}", b: ["{{n}}", { c: "{{)}}" }] });

    expect(faults.map(({ path, error }) => [path, (error.details as { position: number }).position])).toEqual([
      [".a", 8],
      [".b[1].c", 2],
    ]);
  });

  test("references are told with their positions", () => {
    expect(compileTemplate("{{a.b}} ${c}").template?.references.toSorted((x, y) => x.at - y.at)).toEqual([
      { head: "a", member: "b", at: 2 },
      { head: "c", member: undefined, at: 10 },
    ]);
  });

  prop.prop([fc.string({ unit: "grapheme", maxLength: 300 })])("no text throws anything but a coded error", (text) => {
    expect(codeOf(() => resolve(text))).toMatch(/^(none|EXPRESSION_|WORKFLOW_)/);
  });

  const marks = fc.constantFrom(
    "{{",
    "}}",
    "{",
    "}",
    "${",
    "@{",
    "%",
    "'",
    '"',
    "n",
    "name",
    ".",
    "[0]",
    " ",
    "-",
    "x=1",
  );
  prop.prop([fc.array(marks, { maxLength: 40 }).map((list) => list.join(""))])(
    "no mixture of marks throws anything but a coded error",
    (text) => {
      expect(codeOf(() => resolve(text))).toMatch(/^(none|EXPRESSION_|WORKFLOW_)/);
    },
  );

  prop.prop([fc.string({ maxLength: 100 }).filter((text) => !/[{$@%]/.test(text))])(
    "text without marks is never touched",
    (text) => {
      expect(compileTemplate(text).template).toBeUndefined();
    },
  );

  test.each(["{{'}}", "@{'a'b}", "@{", "{{", "%a", "${a", "{{{", "%a%"])(
    "a megabyte of %s is read in a moment",
    (piece) => {
      const text = piece.repeat(Math.floor(1_000_000 / piece.length));
      const startedMs = performance.now();

      codeOf(() => resolve(text));

      expect(performance.now() - startedMs).toBeLessThan(5_000);
    },
  );
});
