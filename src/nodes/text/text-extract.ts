import { z } from "zod";
import { flag, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { findMatches, patternFlags } from "../patterns.ts";
import { requiredText } from "../required.ts";
import { theText } from "./text-parameters.ts";

export const textExtractNode = defineNode({
  type: "TextExtractNode",
  category: "text",
  summary: "Takes out of text what a regular expression (RE2) finds: the first match, or all",
  needs: [],
  effect: "none",
  config: z.object({
    text: theText(),
    pattern: requiredText().describe("Regular expression; groups in it are given out as well"),
    all_matches: withDefault(flag(), false).describe("All matches: match and groups are lists of them"),
    ...patternFlags(),
  }),
  inputs: { text: "STRING", pattern: "STRING" },
  outputs: { match: "ANY", groups: "LIST", found: "BOOLEAN" },
  portAliases: { result: "match" },
  run({ config }) {
    const matches = findMatches(config.text, config.pattern, {
      ...config,
      limit: config.all_matches ? Infinity : 1,
    });
    const found = matches.length > 0;
    if (config.all_matches) {
      const groups = matches.map((match) => match.groups);
      return { outputs: { match: matches.map(({ text }) => text), groups, found } };
    }
    return { outputs: { match: matches[0]?.text ?? "", groups: matches[0]?.groups ?? [], found } };
  },
});
