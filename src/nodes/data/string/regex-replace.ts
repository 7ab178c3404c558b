import { z } from "zod";
import { integer, textOr, withDefault } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { patternFlags, replaceMatches } from "../../patterns.ts";

export const regexReplaceNode = defineNode({
  type: "RegexReplaceNode",
  category: "data",
  summary: "Replaces what a regular expression (RE2) finds; \\1 and \\g<name> stand for groups",
  needs: [],
  effect: "none",
  config: z.object({
    text: textOr("").describe("Text to change"),
    pattern: textOr("").describe("Regular expression"),
    replacement: textOr("").describe("What stands in place of each match"),
    ...patternFlags(),
    max_count: withDefault(integer({ min: 0 }), 0).describe("At most so many replacements; 0 for all"),
  }),
  inputs: { text: "STRING", pattern: "STRING", replacement: "STRING" },
  outputs: { result: "STRING", count: "INTEGER" },
  run({ config }) {
    const limit = config.max_count === 0 ? Infinity : config.max_count;
    const { result, count } = replaceMatches(config.text, config.pattern, config.replacement, { ...config, limit });
    return { outputs: { result, count } };
  },
});
