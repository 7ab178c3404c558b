import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../core/json.ts";
import { compileExpression } from "./expression.ts";
import { functionNamed, functionNames } from "./expression-functions.ts";
import { codeOf, scopeOf } from "./testing-scope.suite.ts";

const scope = scopeOf({ list: [3, 1, 2], user: { name: "Ada", age: 36 }, nil: null, text: "Hello World" });
const evaluate = (text: string): JsonValue => compileExpression(text).evaluate(scope);

describe("functions", () => {
  test.each<[string, JsonValue]>([
    ["concat('a', 1, nil, true)", "a1true"],
    ["upper(text)", "HELLO WORLD"],
    ["lower(text)", "hello world"],
    ["trim('  a ')", "a"],
    ["split('a, b')", ["a,", "b"]],
    ["split('a,b,', ',')", ["a", "b", ""]],
    ["split(' a b ', None)", ["a", "b"]],
    ["join(list, '-')", "3-1-2"],
    ["join('-', list)", "3-1-2"],
    ["join(list)", "312"],
    ["replace('aaa', 'a', 'bc')", "bcbcbc"],
    ["substring('äöü😀', 1)", "öü😀"],
    ["substring('abcdef', 1, -1)", "bcde"],
    ["startswith(text, 'Hello') and starts_with(text, 'H')", true],
    ["endswith(text, 'World') and endsWith(text, 'd')", true],
    ["json(user)", '{"name":"Ada","age":36}'],
    ["to_json('x')", '"x"'],
    ["parse_json('{\"a\": [1]}')", { a: [1] }],
    ["parse_json('null')", null],
    ["int('42') + int(3.9) + int(true)", 46],
    ["float('1.5')", 1.5],
    ["bool('no') or bool('x')", true],
    ["abs(-2)", 2],
    ["min(list) + max(list)", 4],
    ["min(2, '1')", "1"],
    ["max('b', 'a')", "b"],
    ["round(2.5)", 3],
    ["round(-2.5)", -3],
    ["round(1.005, 2)", 1.01],
    ["round(1234, -2)", 1200],
    ["round(1e21)", 1e21],
    ["sum([1, '2', true])", 4],
    ["rand()", 0.5],
    ["randint(1, 6)", 4],
    ["randint(10)", 5],
    ["len('äö😀') + len(list) + length(user)", 8],
    ["type(nil) + type(list) + type(user) + type('') + type(1) + type(true)", "nulllistdictstringnumberboolean"],
    ["str(1) + string(true) + str(nil) + str(list)", "1true[3,1,2]"],
    ["first(list) + last(list)", 5],
    ["first('') == None and last([]) == None", true],
    ["first(user)", "name"],
    ["tuple('ab') + list(user)", ["a", "b", "name", "age"]],
    ["keys(user)", ["name", "age"]],
    ["values(user)", ["Ada", 36]],
    ["contains(text, 'World') and contains(list, '3') and contains(user, 'age')", true],
    ["range(3)", [0, 1, 2]],
    ["range(1, 8, 3)", [1, 4, 7]],
    ["range(3, 0, -1)", [3, 2, 1]],
    ["range(3, 0)", []],
    ["slice(list, 1)", [1, 2]],
    ["slice('abc', 0, -1)", "ab"],
    ["sorted(list)", [1, 2, 3]],
    ["sorted(['b', '10', 'a'], true)", ["b", "a", "10"]],
    ["sorted(['10', '9', 8])", [8, "9", "10"]],
    ["any([0, '']) or all([1, 'x'])", true],
    ["now()", "2026-01-31T08:30:00.000Z"],
    ["today()", "2026-01-31"],
    ["format_date('2026-01-05')", "2026-01-05"],
    ["format_date('2026-01-05T06:07:08Z', '%d.%m.%y %H:%M:%S %% %Y')", "05.01.26 06:07:08 % 2026"],
    ["format_date('2026-01-05 06:07 +0130', '%H:%M')", "04:37"],
    ["parse_date('2026-02-01')", "2026-02-01T00:00:00.000Z"],
    ["parse_date('05.01.26 7%', '%d.%m.%y 7%%')", "2026-01-05T00:00:00.000Z"],
    ["parse_date('20260105', '%Y%m%d')", "2026-01-05T00:00:00.000Z"],
    ["add_days('2026-01-31', 1)", "2026-02-01"],
    ["add_days('2026-01-31T10:00:00Z', -0.5)", "2026-01-30T22:00:00.000Z"],
    ["coalesce(nowhere.at.all, user.nick, [1][5], nil, 'x', 1 / 0)", "x"],
    ["coalesce(nil)", null],
    ["defined(user.name) and not defined(user.nick)", true],
    ["if(list, 'yes', 1 / 0)", "yes"],
    ["if(nil, 1)", null],
    ["equals(1, '1') and gt(2, 1) and gte(2, 2) and lt('a', 'b') and lte(1, 1)", true],
    ["and(1, 2) and or(0, 2) and not(0)", true],
  ])("%s is %j", (text, expected) => {
    expect(evaluate(text)).toEqual(expected);
  });

  test.each([
    "upper([])",
    "split('a', '')",
    "join('a', 'b')",
    "replace('a', '', 'b')",
    "parse_json('{')",
    "parse_json(1)",
    "int('1.5')",
    "float('x')",
    "abs(nil)",
    "min([])",
    "max(1, 'x')",
    "round(1, 99)",
    "round(1, 1.5)",
    "sum(['x'])",
    "sum(1)",
    "randint(2, 1)",
    "len(1)",
    "keys([])",
    "range(1, 2, 0)",
    "sorted([1, 'x'])",
    "sorted([nil])",
    "first(1)",
    "gt(1, 'x')",
    "format_date('soon')",
    "format_date('2026-02-30T00:00:00Z', '%q')",
    "format_date('2026-13-01')",
    "parse_date('31.04.2026', '%d.%m.%Y')",
    "parse_date('1.4.2026', '%d.%m.%Y')",
    "parse_date('01-04-2026', '%d.%m.%Y')",
    "parse_date('01.04.2026x', '%d.%m.%Y')",
    "parse_date('01.04.2026', '%d.%m.%q')",
    "add_days('9999-12-31', 1)",
  ])("%s is refused with a reason", (text) => {
    expect(codeOf(() => evaluate(text))).toBe("EXPRESSION_ARGUMENTS_INVALID");
  });

  test("other failures keep their own codes inside of lazy functions", () => {
    expect(codeOf(() => evaluate("coalesce(1 / 0, 1)"))).toBe("EXPRESSION_DIVISION_BY_ZERO");
    expect(codeOf(() => evaluate("defined(-'x')"))).toBe("EXPRESSION_TYPE_MISMATCH");
  });

  test("large results are refused before they are made", () => {
    const big = scopeOf({ text: "x".repeat(6_000_000), list: ["x".repeat(6_000_000), "y".repeat(6_000_000)] });

    expect(codeOf(() => compileExpression("concat(text, text)").evaluate(big))).toBe("EXPRESSION_RESULT_TOO_LARGE");
    expect(codeOf(() => compileExpression("join(list)").evaluate(big))).toBe("EXPRESSION_RESULT_TOO_LARGE");
  });

  test("every function tells how many arguments it takes, no host property is one", () => {
    expect(functionNames().every((name) => functionNamed(name) !== undefined)).toBe(true);
    expect(functionNamed("constructor")).toBeUndefined();
    expect(functionNamed("toString")).toBeUndefined();
  });

  const values = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);
  prop.prop([fc.constantFrom(...functionNames()), fc.array(values, { maxLength: 3 })])(
    "no function throws anything but a coded error, whatever it is given",
    (name, args) => {
      const names = args.map((_, index) => `arg${index}`);
      const given = scopeOf(Object.fromEntries(args.map((value, index) => [`arg${index}`, value])));

      const code = codeOf(() => compileExpression(`${name}(${names.join(", ")})`).evaluate(given));

      expect(code).toMatch(/^(none|EXPRESSION_)/);
    },
  );
});
