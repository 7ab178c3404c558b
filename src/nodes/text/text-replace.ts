import { z } from "zod";
import { flag, integer, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { patternFlags, replaceMatches } from "../patterns.ts";
import { theText } from "./text-parameters.ts";

const ALIASES = { old: "old_value", new: "new_value" };

export const textReplaceNode = defineNode({
  type: "TextReplaceNode",
  category: "text",
  summary: "Replaces text, or what a regular expression (RE2) finds",
  needs: [],
  effect: "none",
  config: z.object({
    text: theText(),
    old_value: textOr("").describe("What is replaced"),
    new_value: textOr("").describe("What stands in its place; with use_regex \\1 and \\g<name> stand for groups"),
    count: withDefault(integer({ min: -1 }), -1).describe("At most so many replacements; -1 for all"),
    use_regex: withDefault(flag(), false).describe("old_value is a regular expression"),
    ...patternFlags(),
  }),
  inputs: { text: "STRING", old_value: "STRING", new_value: "STRING" },
  outputs: { result: "STRING", replacements: "INTEGER" },
  configAliases: ALIASES,
  portAliases: ALIASES,
  run({ config }) {
    const { text, old_value: old, new_value: replacement } = config;
    const limit = config.count < 0 ? Infinity : config.count;
    const replaced = config.use_regex
      ? replaceMatches(text, old, replacement, { ...config, limit })
      : replaceText(text, old, { replacement, limit });
    return { outputs: { result: replaced.result, replacements: replaced.count } };
  },
});

function replaceText(text: string, old: string, by: { readonly replacement: string; readonly limit: number }) {
  if (old === "") return { result: text, count: 0 };
  const parts = text.split(old);
  const count = Math.min(parts.length - 1, by.limit);
  const head = parts.slice(0, count + 1).join(by.replacement);
  return { result: [head, ...parts.slice(count + 1)].join(old), count };
}
