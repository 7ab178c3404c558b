import { z } from "zod";
import { textOr } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { findMatches, patternFlags } from "../../patterns.ts";

export const regexMatchNode = defineNode({
  type: "RegexMatchNode",
  category: "data",
  summary: "Finds a regular expression (RE2) in text; groups are those of the first match",
  needs: [],
  effect: "none",
  config: z.object({
    text: textOr("").describe("Text to search"),
    pattern: textOr("").describe("Regular expression"),
    ...patternFlags(),
  }),
  inputs: { text: "STRING", pattern: "STRING" },
  outputs: {
    match_found: "BOOLEAN",
    first_match: "STRING",
    all_matches: "LIST",
    groups: "LIST",
    match_count: "INTEGER",
  },
  run({ config }) {
    const matches = findMatches(config.text, config.pattern, config);
    return {
      outputs: {
        match_found: matches.length > 0,
        first_match: matches[0]?.text ?? "",
        all_matches: matches.map((match) => match.text),
        groups: matches[0]?.groups ?? [],
        match_count: matches.length,
      },
    };
  },
});
