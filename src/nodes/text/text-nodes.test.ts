import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../core/json.ts";
import type { AnyNode } from "../../execution/index.ts";
import { runNode } from "../testing.ts";
import { textCaseNode } from "./text-case.ts";
import { textContainsNode } from "./text-contains.ts";
import { textCountNode } from "./text-count.ts";
import { textEndsWithNode } from "./text-ends-with.ts";
import { textExtractNode } from "./text-extract.ts";
import { textJoinNode } from "./text-join.ts";
import { textLinesNode } from "./text-lines.ts";
import { textPadNode } from "./text-pad.ts";
import { textReplaceNode } from "./text-replace.ts";
import { textReverseNode } from "./text-reverse.ts";
import { textSplitNode } from "./text-split.ts";
import { textStartsWithNode } from "./text-starts-with.ts";
import { textSubstringNode } from "./text-substring.ts";
import { textTrimNode } from "./text-trim.ts";

const cases: readonly (readonly [AnyNode, Record<string, JsonValue>, Record<string, JsonValue>])[] = [
  [textSplitNode, { text: "a,b,,c", separator: "," }, { result: ["a", "b", "", "c"], count: 4 }],
  [textSplitNode, { text: "a,b,c", separator: ",", max_split: 1 }, { result: ["a", "b,c"], count: 2 }],
  [textSplitNode, { text: "a,b", separator: ",", max_split: 0 }, { result: ["a,b"], count: 1 }],
  [textSplitNode, { text: "  a  b\tc " }, { result: ["a", "b", "c"], count: 3 }],
  [textSplitNode, { text: " a b  c ", max_split: 1 }, { result: ["a", "b  c"], count: 2 }],
  [textSplitNode, {}, { result: [], count: 0 }],
  [textReplaceNode, { text: "aXbX", old_value: "X", new_value: "$&" }, { result: "a$&b$&", replacements: 2 }],
  [textReplaceNode, { text: "aXbX", old_value: "X", count: 1 }, { result: "abX", replacements: 1 }],
  [textReplaceNode, { text: "aXbX", old_value: "X", new_value: "-", count: 0 }, { result: "aXbX", replacements: 0 }],
  [textReplaceNode, { text: "abc", old_value: "" }, { result: "abc", replacements: 0 }],
  [
    textReplaceNode,
    { text: "a1 B2", old_value: "([a-z])(\\d)", new_value: "\\2\\1", use_regex: true, ignore_case: true },
    { result: "1a 2B", replacements: 2 },
  ],
  [
    textReplaceNode,
    { text: "aaa", old_value: "a", new_value: "b", use_regex: true, count: 2 },
    { result: "bba", replacements: 2 },
  ],
  [textTrimNode, { text: " \t a \n" }, { result: "a" }],
  [textTrimNode, { text: " a ", mode: "left" }, { result: "a " }],
  [textTrimNode, { text: " a ", mode: "right" }, { result: " a" }],
  [textTrimNode, { text: "xxayxa", characters: "xa" }, { result: "y" }],
  [textTrimNode, { text: "xxayxa", characters: "ax", mode: "left" }, { result: "yxa" }],
  [textTrimNode, { text: "xxay", characters: "xy", mode: "right" }, { result: "xxa" }],
  [textTrimNode, { text: "xxx", characters: "x" }, { result: "" }],
  [textCaseNode, { text: "héLLo wORLD" }, { result: "héllo world" }],
  [textCaseNode, { text: "héLLo", case: "upper" }, { result: "HÉLLO" }],
  [textCaseNode, { text: "héLLo wORLD-wide", case: "title" }, { result: "Héllo World-Wide" }],
  [textCaseNode, { text: "éLLo wORLD", case: "capitalize" }, { result: "Éllo world" }],
  [textCaseNode, { text: "aBÉ1", case: "swapcase" }, { result: "Abé1" }],
  [textPadNode, { text: "42", length: 5, fill_char: "0" }, { result: "00042" }],
  [textPadNode, { text: "42", length: "5", mode: "right" }, { result: "42   " }],
  [textPadNode, { text: "42", length: 5, mode: "center", fill_char: "😀" }, { result: "😀42😀😀" }],
  [textPadNode, { text: "long", length: 2 }, { result: "long" }],
  [textReverseNode, { text: "ab\u0301c👩‍👧" }, { result: "👩‍👧cb\u0301a" }],
  [textLinesNode, { text: "a\r\nb\n\nc\rd" }, { text: "a\r\nb\n\nc\rd", lines: ["a", "b", "", "c", "d"], count: 5 }],
  [
    textLinesNode,
    { text: "a, b", line_separator: "comma", remove_empty: true },
    { text: "a, b", lines: ["a", " b"], count: 2 },
  ],
  [textLinesNode, {}, { text: "", lines: [], count: 0 }],
  [
    textLinesNode,
    { mode: "join", lines: ["a", "", 2], line_separator: "crlf", remove_empty: true },
    { text: "a\r\n2", lines: ["a", "2"], count: 2 },
  ],
  [textSubstringNode, { text: "a😀cd", start: 1, end: 3 }, { result: "😀c", length: 2 }],
  [textSubstringNode, { text: "abcd", start: -2 }, { result: "cd", length: 2 }],
  [textSubstringNode, { text: "abcd", end: -1 }, { result: "abc", length: 3 }],
  [textContainsNode, { text: "😀aXax", search: "x" }, { contains: true, position: 4, count: 1 }],
  [textContainsNode, { text: "😀aXax", search: "X", case_sensitive: false }, { contains: true, position: 2, count: 2 }],
  [textContainsNode, { text: "abc", search: "z" }, { contains: false, position: -1, count: 0 }],
  [textContainsNode, { text: "abc" }, { contains: true, position: 0, count: 0 }],
  [textStartsWithNode, { text: "Hello", prefix: "he" }, { result: false }],
  [textStartsWithNode, { text: "Hello", prefix: "he", case_sensitive: false }, { result: true }],
  [textEndsWithNode, { text: "Hello", suffix: "lo" }, { result: true }],
  [textEndsWithNode, { text: "Hello", suffix: "LO", case_sensitive: "no" }, { result: true }],
  [textExtractNode, { text: "a1b22", pattern: "([a-z])(\\d+)" }, { match: "a1", groups: ["a", "1"], found: true }],
  [
    textExtractNode,
    { text: "a1b", pattern: "([a-z])(\\d)?", all_matches: true },
    {
      match: ["a1", "b"],
      groups: [
        ["a", "1"],
        ["b", null],
      ],
      found: true,
    },
  ],
  [textExtractNode, { text: "abc", pattern: "\\d" }, { match: "", groups: [], found: false }],
  [textExtractNode, { text: "abc", pattern: "\\d", all_matches: true }, { match: [], groups: [], found: false }],
  [textCountNode, { text: "a 😀\n" }, { count: 4 }],
  [textCountNode, { text: "a 😀\n", exclude_whitespace: true }, { count: 2 }],
  [textCountNode, { text: " two words ", mode: "words" }, { count: 2 }],
  [textCountNode, { text: "", mode: "words" }, { count: 0 }],
  [textCountNode, { text: "a\nb\r\nc\n", mode: "lines" }, { count: 3 }],
  [textCountNode, { mode: "lines" }, { count: 0 }],
  [textCountNode, { text: "banana", search: "an" }, { count: 2 }],
  [textJoinNode, { items: ["a", 1, null], separator: "|" }, { result: "a|1|" }],
];

describe("text nodes", () => {
  test.each(cases.map(([node, config, outputs]) => [node.type, config, outputs, node] as const))(
    "%s of %j gives %j",
    async (_, config, outputs, node) => {
      expect((await runNode(node, config)).outputs).toEqual(outputs);
    },
  );

  test("a filling must be one character, and no text may grow without bound", async () => {
    await expect(runNode(textPadNode, { length: 3, fill_char: "ab" })).rejects.toThrow("exactly one character");
    await expect(runNode(textPadNode, { length: 1e9 })).rejects.toThrow("length");
  });

  test("a pattern is needed, and has to be one", async () => {
    await expect(runNode(textExtractNode, { text: "a" })).rejects.toThrow("pattern");
    await expect(runNode(textExtractNode, { text: "a", pattern: "(" })).rejects.toMatchObject({
      code: "NODE_PATTERN_INVALID",
    });
  });

  prop.prop([fc.array(fc.string({ minLength: 1 }).filter((part) => !part.includes("|")))])(
    "what is joined can be split again",
    async (parts) => {
      const joined = await runNode(textJoinNode, { items: parts, separator: "|" });
      const split = await runNode(textSplitNode, { text: joined.outputs["result"] ?? "", separator: "|" });
      expect(split.outputs["result"]).toEqual(parts.length === 0 ? [""] : parts);
    },
  );

  prop.prop([fc.string({ unit: "grapheme" })])("text reversed twice keeps its characters", async (text) => {
    const { outputs } = await runNode(textReverseNode, { text });
    expect(Array.from(outputs["result"] as string).toSorted()).toEqual(Array.from(text).toSorted());
  });
});
