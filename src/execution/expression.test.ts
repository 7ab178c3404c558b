import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { AppError } from "../core/errors.ts";
import type { JsonValue } from "../core/json.ts";
import { closureOf, createEvaluator } from "./closures.ts";
import { compileExpression } from "./expression.ts";
import { parseExpression } from "./expression-parser.ts";
import { codeOf, scopeOf } from "./testing-scope.suite.ts";

const scope = scopeOf({
  status: "open",
  input_count: 5,
  n: 7,
  text7: "7",
  nil: null,
  yes: true,
  no_text: "False",
  items: [1, [2, 3], "x"],
  user: { name: "Ada", address: { city: "London" }, "first name": "A" },
  loop: { current_item: 25 },
  a: "x",
  b: 2,
  "my-node": { result: 3 },
  "a-b": "dashed",
  in: "word",
});

const evaluate = (text: string): JsonValue => compileExpression(text).evaluate(scope);

describe("expressions", () => {
  test.each<[string, JsonValue]>([
    // What authors of the Python system wrote and did not get.
    ["{{status}} == 'open'", true],
    ["{{status}} == 'done'", false],
    ["'{{status}}' == 'open'", true],
    ["status == 'open'", true],
    ["input_count > 3", true],
    ['"{{a}}" != ""', true],
    ['"{{nil}}" != ""', false],
    ["{{loop.current_item}} > 20", true],
    ["{{no_text}}", "False"],
    // References.
    ["user.address.city", "London"],
    ["user['address'][\"city\"]", "London"],
    ["user['first name']", "A"],
    ["items[1][0]", 2],
    ["items[-1]", "x"],
    ["items[b - 1][1]", 3],
    ["status[0]", "o"],
    ["{{items[1]}}", [2, 3]],
    ["{{ user.name }}", "Ada"],
    ["{{my-node.result}} + 1", 4],
    ["{{a-b}}", "dashed"],
    ["{{n-b}}", 5],
    ["{{items.0}}", 1],
    ["{{in}}", "word"],
    ["${n} + %b%", 9],
    ["%n% % b", 1],
    ["@{upper(status)}", "OPEN"],
    ["'${status}, %status%, %unknown%, ${unknown}'", "open, open, %unknown%, ${unknown}"],
    ["'n is {{n}}'", "n is 7"],
    // Literals.
    ["[1, 'a', true, None,]", [1, "a", true, null]],
    ["(1, 2)", [1, 2]],
    ["()", []],
    ["(1,)", [1]],
    ["{'k': 1, \"l\": [2], 3: {}}", { k: 1, l: [2], "3": {} }],
    ["{'__proto__': 1}", JSON.parse('{"__proto__": 1}') as JsonValue],
    ["True and not False", true],
    [".5 + 1e2", 100.5],
    ["'it\\'s' + \"\\n\\u0041\\d\"", "it's\nA\\d"],
    // Arithmetic.
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["2 ** 3 ** 2", 512],
    ["-2 ** 2", -4],
    ["2 ** -1", 0.5],
    ["7 // 2", 3],
    ["-7 // 2", -4],
    ["7 % 3", 1],
    ["-7 % 3", 2],
    ["7 % -3", -2],
    ["0 * -1", 0],
    ["10 - 4 - 3", 3],
    ["+n - -n", 14],
    ["text7 * 2", 14],
    ["1 + text7", 8],
    ["'a' + 'b'", "ab"],
    ["[1] + [2]", [1, 2]],
    // Comparison.
    ["1 < 2 <= 2", true],
    ["1 < 2 < 2", false],
    ["n == text7", true],
    ["yes == 'TRUE'", true],
    ["'yes' == 'YES'", false],
    ["nil == ''", false],
    ["nil is None", true],
    ["n is not None", true],
    ["'10' > '9'", true],
    ["'b' > 'a'", true],
    ["'a' <= 'a'", true],
    ["[1, {'a': '2'}] == [1, {'a': 2}]", true],
    ["{'a': 1} == {'b': 1}", false],
    ["[1] == {'0': 1}", false],
    ["1 === 1 && 1 !== 2 || 1 <> 1", true],
    ["n != 7", false],
    ["5 >= '5'", true],
    // Membership.
    ["'x' in items", true],
    ["'7' in [7]", true],
    ["'name' in user", true],
    ["'pen' in status", true],
    ["7 in '0x7'", true],
    ["'q' not in status", true],
    // Logic.
    ["0 or 'default'", "default"],
    ["'' or nil or 0", 0],
    ["n and status", "open"],
    ["!yes || yes", true],
    ["!n == 7", false],
    ["not n == 7", false],
    ["not (n == 8) and yes", true],
    ["no_text or 1", 1],
    ["yes or nowhere", true],
    // Ternaries.
    ["n > 5 ? 'big' : 'small'", "big"],
    ["n > 9 ? 'big' : n > 5 ? 'middle' : 'small'", "middle"],
    ["'big' if n > 9 else 'small'", "small"],
    ["1 if nil else 2 if nil else 3", 3],
    ["yes ? 1 : 1 / 0", 1],
    // System values.
    ["$currentDate", "2026-01-31"],
    ["{{$currentTime}}", "08:30:00"],
    ["$currentDateTime == $now and $today == $currentDate", true],
    ["$timestamp", 1769848200],
  ])("%s is %j", (text, expected) => {
    expect(evaluate(text)).toEqual(expected);
  });

  test.each<[string, string, number]>([
    ["", "EXPRESSION_SYNTAX", 0],
    ["1 +", "EXPRESSION_SYNTAX", 3],
    ["1 2", "EXPRESSION_SYNTAX", 2],
    ["status = 'x'", "EXPRESSION_SYNTAX", 7],
    ["a & b", "EXPRESSION_SYNTAX", 2],
    ["a | b", "EXPRESSION_SYNTAX", 2],
    ["a # b", "EXPRESSION_SYNTAX", 2],
    ["'open", "EXPRESSION_SYNTAX", 0],
    ["'open\\", "EXPRESSION_SYNTAX", 0],
    ["3x", "EXPRESSION_SYNTAX", 0],
    ["1e999", "EXPRESSION_NUMBER_INVALID", 0],
    ["status.upper()", "EXPRESSION_SYNTAX", 12],
    ["a. 5", "EXPRESSION_SYNTAX", 3],
    ["{a: 1}", "EXPRESSION_SYNTAX", 1],
    ["(1", "EXPRESSION_SYNTAX", 2],
    ["[1", "EXPRESSION_SYNTAX", 2],
    ["yes ? 1", "EXPRESSION_SYNTAX", 7],
    ["1 if yes", "EXPRESSION_SYNTAX", 8],
    ["1 + and", "EXPRESSION_SYNTAX", 4],
    ["a not b", "EXPRESSION_SYNTAX", 2],
    ["a not 'b", "EXPRESSION_SYNTAX", 2],
    ["% 5", "EXPRESSION_SYNTAX", 0],
    ["{{a", "EXPRESSION_SYNTAX", 3],
    ["'{{a b}}'", "EXPRESSION_SYNTAX", 0],
    ["uper(a)", "EXPRESSION_FUNCTION_UNKNOWN", 0],
    ["1 + len()", "EXPRESSION_ARGUMENTS_INVALID", 4],
    ["len(1, 2)", "EXPRESSION_ARGUMENTS_INVALID", 0],
    ["coalesce()", "EXPRESSION_ARGUMENTS_INVALID", 0],
    ["len(1)", "EXPRESSION_ARGUMENTS_INVALID", 0],
    ["1 in 2", "EXPRESSION_ARGUMENTS_INVALID", 2],
    ["[] in 'x'", "EXPRESSION_ARGUMENTS_INVALID", 3],
    ["$curentDate", "WORKFLOW_REFERENCE_UNKNOWN", 0],
    ["$secret:api-key", "WORKFLOW_REFERENCE_UNKNOWN", 0],
    ["1 + nowhere", "WORKFLOW_REFERENCE_UNKNOWN", 4],
    ["user.nme", "WORKFLOW_REFERENCE_UNKNOWN", 0],
    ["n.x", "WORKFLOW_REFERENCE_UNKNOWN", 0],
    ["user.constructor", "WORKFLOW_REFERENCE_UNKNOWN", 0],
    ["user.__proto__", "WORKFLOW_REFERENCE_UNKNOWN", 0],
    ["user[[]]", "WORKFLOW_REFERENCE_UNKNOWN", 4],
    ["items.length", "EXPRESSION_TYPE_MISMATCH", 0],
    ["items[9]", "EXPRESSION_INDEX_OUT_OF_RANGE", 0],
    ["items[1.5]", "EXPRESSION_TYPE_MISMATCH", 5],
    ["'a' + 1", "EXPRESSION_TYPE_MISMATCH", 4],
    ["[] - 1", "EXPRESSION_TYPE_MISMATCH", 3],
    ["-user", "EXPRESSION_TYPE_MISMATCH", 0],
    ["nil < 1", "EXPRESSION_TYPE_MISMATCH", 4],
    ["'a' < 1", "EXPRESSION_TYPE_MISMATCH", 4],
    ["1 / 0", "EXPRESSION_DIVISION_BY_ZERO", 2],
    ["1 // 0", "EXPRESSION_DIVISION_BY_ZERO", 2],
    ["1 % 0", "EXPRESSION_DIVISION_BY_ZERO", 2],
    ["10 ** 999", "EXPRESSION_NUMBER_INVALID", 3],
    ["(-8) ** 0.5", "EXPRESSION_NUMBER_INVALID", 5],
  ])("%s fails with %s at %d", (text, code, position) => {
    let caught: unknown;
    try {
      evaluate(text);
    } catch (error) {
      caught = error;
    }

    expect(caught).toBeInstanceOf(AppError);
    expect(caught).toMatchObject({ code, details: { position } });
    expect((caught as AppError).message).toContain(`(at character ${position + 1})`);
  });

  test("suggests what a mistyped name most likely meant", () => {
    expect(() => evaluate("uper(a)")).toThrow('did you mean "upper"?');
    expect(() => evaluate("statsu")).toThrow('did you mean "status"?');
    expect(() => evaluate("user.nme")).toThrow('did you mean "name"?');
    expect(() => evaluate("{{$curentDate}}")).toThrow('did you mean "$currentDate"?');
  });

  test("tells which names it refers to", () => {
    expect(compileExpression("{{a.result}} > b and len(c['x'])").references.toSorted((x, y) => x.at - y.at)).toEqual([
      { head: "a", member: "result", at: 2 },
      { head: "b", member: undefined, at: 15 },
      { head: "c", member: "x", at: 25 },
    ]);
  });

  test("has budgets for length, nesting, depth, work and size of the result", () => {
    const big = scopeOf({ list: Array.from({ length: 2_000 }, (_, i) => i), text: "x".repeat(4_000_000) });
    const run = (text: string): string => codeOf(() => compileExpression(text).evaluate(big));

    expect(run("1".repeat(10_001))).toBe("EXPRESSION_TOO_LONG");
    expect(run(`${"(".repeat(65)}1${")".repeat(65)}`)).toBe("EXPRESSION_TOO_DEEP");
    expect(run(`1${" + 1".repeat(500)}`)).toBe("EXPRESSION_TOO_DEEP");
    expect(run(`1${" + 1".repeat(390)}`)).toBe("none");
    expect(run("[list] * 1")).toBe("EXPRESSION_TYPE_MISMATCH");
    expect(run(`[${"list == list, ".repeat(600)}]`)).toBe("EXPRESSION_TOO_MANY_STEPS");
    expect(run("range(10000000)")).toBe("EXPRESSION_TOO_MANY_STEPS");
    expect(run("text + text + text")).toBe("EXPRESSION_RESULT_TOO_LARGE");
    expect(run("'{{text}}{{text}}{{text}}'")).toBe("EXPRESSION_RESULT_TOO_LARGE");
    expect(run("replace('xxxxxxxxxx', 'x', text)")).toBe("EXPRESSION_RESULT_TOO_LARGE");
  });

  test("a short budget of steps stops any evaluation", () => {
    const closure = closureOf(parseExpression("[1, 2, 3, 4, 5]"));

    expect(codeOf(() => closure(createEvaluator(scope, 3)))).toBe("EXPRESSION_TOO_MANY_STEPS");
  });

  prop.prop([fc.string({ unit: "grapheme", maxLength: 200 })])("no text throws anything but a coded error", (text) => {
    expect(codeOf(() => evaluate(text))).toMatch(/^(none|EXPRESSION_|WORKFLOW_)/);
  });

  const pieces = fc.constantFrom(
    ..."+ - * / // % ** ( ) [ ] { } , : ? . == != < in not and or if else is True None a b n user items nowhere 1 2.5 'x' \"y\" {{ }} ${ @{ } % $now len( upper( \\ '".split(
      " ",
    ),
  );
  prop.prop([fc.array(pieces, { maxLength: 25 }).map((list) => list.join(" "))])(
    "no mixture of tokens throws anything but a coded error",
    (text) => {
      expect(codeOf(() => evaluate(text))).toMatch(/^(none|EXPRESSION_|WORKFLOW_)/);
    },
  );

  interface Sum {
    readonly text: string;
    readonly value: number;
  }
  const sums = fc.letrec<{ sum: Sum }>((tie) => ({
    sum: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      fc.nat({ max: 99 }).map((value) => ({ text: String(value), value })),
      fc.tuple(tie("sum"), fc.constantFrom("+", "-", "*"), tie("sum")).map(([x, operator, y]) => ({
        text: `(${x.text} ${operator} ${y.text})`,
        value: operator === "+" ? x.value + y.value : operator === "-" ? x.value - y.value : x.value * y.value,
      })),
      tie("sum").map(({ text, value }) => ({ text: `-${text}`, value: -value })),
    ),
  })).sum;
  prop.prop([sums])("arithmetic agrees with the host's", ({ text, value }) => {
    expect(evaluate(text)).toBe(value === 0 ? 0 : value);
  });

  prop.prop([fc.jsonValue({ maxDepth: 3 })])("JSON is a literal of the language", (raw) => {
    const value = JSON.parse(JSON.stringify(raw)) as JsonValue;
    // Texts with marks are templates, not literals.
    fc.pre(!/[{}$@%]/.test(JSON.stringify(value).replaceAll(/[{}](?=[",:\]}]|$)|(?<=[[:,{]|^)[{}]/g, "")));
    fc.pre(!JSON.stringify(value).includes("e") || JSON.stringify(value).includes('"'));

    expect(codeOf(() => evaluate(JSON.stringify(value)))).toMatch(/^(none|EXPRESSION_)/);
  });
});
