import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { runNode } from "../../testing.ts";
import { concatenateNode } from "./concatenate.ts";
import { filterBySimilarityNode } from "./filter-by-similarity.ts";
import { formatStringNode } from "./format-string.ts";
import { formatTemplate } from "./format-template.ts";
import { fuzzyStringMatchNode } from "./fuzzy-string-match.ts";
import { regexMatchNode } from "./regex-match.ts";
import { regexReplaceNode } from "./regex-replace.ts";
import { similarity } from "./similarity.ts";

test("ConcatenateNode joins two texts", async () => {
  const run = await runNode(concatenateNode, { string_1: "Hello", string_2: 7, separator: " " });

  expect(run.outputs).toEqual({ result: "Hello 7" });
});

describe("formatTemplate", () => {
  const variables = { name: "Ada", age: 30, price: 1234.5, order: { items: [{ id: 7 }] }, none: null, "a b": 1 };

  test.each([
    ["Hello, my name is {name} and I am {age} years old", "Hello, my name is Ada and I am 30 years old"],
    ["{order.items[0].id} {order}", '7 {"items":[{"id":7}]}'],
    ["{{name}} {none}|", "{name} |"],
    ["{ name } {a b}", "Ada 1"],
    [
      "{price:.2f} {price:,.2f} {price:.0f} {age:05d} {age:>5}|{name:<5}|{name:^5}|",
      "1234.50 1,234.50 1235 00030    30|Ada  | Ada |",
    ],
    ["{age:*^6} {price:%} {price:.1%}", "**30** 123450.000000% 123450.0%"],
    ["{price:f}", "1234.500000"],
    ["", ""],
  ])("%s becomes %s", (template, expected) => {
    expect(formatTemplate(template, variables)).toBe(expected);
  });

  test("puts zeros between the sign and the digits", () => {
    expect(formatTemplate("{n:06.1f}", { n: -2.5 })).toBe("-002.5");
  });

  test("names the variable that is missing", () => {
    expect(() => formatTemplate("{nmae}", variables)).toThrow(
      expect.objectContaining({ code: "NODE_PLACEHOLDER_MISSING", message: expect.stringContaining("{nmae}") }),
    );
  });

  test.each(["{constructor}", "{name.length}", "{order.__proto__}", "{order.items.length}"])(
    "%s reads nothing that the data does not hold",
    (template) => {
      expect(() => formatTemplate(template, variables)).toThrow(
        expect.objectContaining({ code: "NODE_PLACEHOLDER_MISSING" }),
      );
    },
  );

  test.each(["{", "}", "a } b", "{}", "{age:zz}", "{order.[}"])("refuses %s", (template) => {
    expect(() => formatTemplate(template, variables)).toThrow(expect.objectContaining({ code: "NODE_FORMAT_INVALID" }));
  });

  test("refuses a number format for what is no number", () => {
    expect(() => formatTemplate("{name:.2f}", variables)).toThrow(
      expect.objectContaining({ code: "NODE_CONVERSION_FAILED" }),
    );
  });

  prop.prop([fc.string()])("text with its braces doubled comes back as it was", (text) => {
    expect(formatTemplate(text.replace(/[{}]/g, "$&$&"), {})).toBe(text);
  });
});

test("FormatStringNode fills its template", async () => {
  const run = await runNode(formatStringNode, { template: "{a}-{b}", variables: '{"a": 1, "b": true}' });

  expect(run.outputs).toEqual({ result: "1-true" });
});

describe("RegexMatchNode", () => {
  test("gives all matches, and the groups of the first", async () => {
    const run = await runNode(regexMatchNode, { text: "a1 b22 c", pattern: "([a-z])(\\d+)?" });

    expect(run.outputs).toEqual({
      match_found: true,
      first_match: "a1",
      all_matches: ["a1", "b22", "c"],
      groups: ["a", "1"],
      match_count: 3,
    });
  });

  test("finds nothing without failing", async () => {
    const run = await runNode(regexMatchNode, { text: "abc", pattern: "\\d" });

    expect(run.outputs).toEqual({ match_found: false, first_match: "", all_matches: [], groups: [], match_count: 0 });
  });

  test("knows its flags", async () => {
    const flags = { ignore_case: true, multiline: true, dotall: true };
    const run = await runNode(regexMatchNode, { text: "x\nAB\nC", pattern: "^a.+$", ...flags });

    expect(run.outputs).toMatchObject({ first_match: "AB\nC" });
  });

  test("a pattern that would take for ever elsewhere is quick", async () => {
    const run = await runNode(regexMatchNode, { text: `${"a".repeat(5000)}b`, pattern: "(a+)+$" });

    expect(run.outputs).toMatchObject({ match_found: false });
  });

  test.each(["(?=a)", "(a)\\1", "(a", "*"])("refuses %s with a code", async (pattern) => {
    await expect(runNode(regexMatchNode, { text: "a", pattern })).rejects.toMatchObject({
      code: "NODE_PATTERN_INVALID",
    });
  });
});

describe("RegexReplaceNode", () => {
  test.each([
    [{ replacement: "\\2, \\g<first>!" }, "Lovelace, Ada! and Turing, Alan!", 2],
    [{ replacement: "\\g<0>\\\\\\n", max_count: 1 }, "Ada Lovelace\\\n and Alan Turing", 1],
    [{ replacement: "$1" }, "$1 and $1", 2],
  ])("%j", async (config, result, count) => {
    const run = await runNode(regexReplaceNode, {
      text: "Ada Lovelace and Alan Turing",
      pattern: "(?P<first>[A-Z]\\w+) ([A-Z]\\w+)",
      ...config,
    });

    expect(run.outputs).toEqual({ result, count });
  });

  test("refuses a group that the pattern lacks", async () => {
    const run = runNode(regexReplaceNode, { text: "a", pattern: "a", replacement: "\\1" });

    await expect(run).rejects.toMatchObject({ code: "NODE_PATTERN_INVALID" });
  });
});

describe("similarity", () => {
  test.each([
    ["", "", 1],
    ["abc", "ABC", 1],
    ["abc", "xyz", 0],
    ["WIKIMEDIA", "WIKIMANIA", 14 / 18],
  ])("%s and %s: %d", (a, b, expected) => {
    expect(similarity(a, b)).toBeCloseTo(expected, 10);
  });

  prop.prop([fc.string({ maxLength: 30 }), fc.string({ maxLength: 30 })])(
    "lies in [0, 1]; a text is like itself",
    (a, b) => {
      expect(similarity(a, b)).toBeGreaterThanOrEqual(0);
      expect(similarity(a, b)).toBeLessThanOrEqual(1);
      expect(similarity(a, a)).toBe(1);
    },
  );
});

describe("nodes of similarity", () => {
  test("the best candidate is found, or none", async () => {
    const candidates = ["banana", "apples", "apple"];
    const found = await runNode(fuzzyStringMatchNode, { search_string: "Apple", candidates });
    const missing = await runNode(fuzzyStringMatchNode, { search_string: "zzz", candidates });

    expect(found.route).toEqual(["match_found", "exec_out"]);
    expect(found.outputs).toMatchObject({ matched_string: "apple", match_score: 1, match_index: 2, is_match: true });
    expect(missing.route).toEqual(["no_match", "exec_out"]);
    expect(missing.outputs).toMatchObject({ matched_string: "", match_index: -1, is_match: false });
    expect((await runNode(fuzzyStringMatchNode, {})).outputs).toMatchObject({ is_match: false, all_scores: {} });
  });

  test("a list is narrowed down", async () => {
    const run = await runNode(filterBySimilarityNode, {
      input_list: ["invoice", "invoices", "order"],
      filter_string: "invoice",
      threshold: 0.9,
    });

    expect(run.outputs).toEqual({
      filtered_list: ["invoice", "invoices"],
      scores: { invoice: 1, invoices: 0.9333 },
      count: 2,
    });
  });
});
