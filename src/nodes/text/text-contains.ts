import { z } from "zod";
import { textOr } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { occurrencesOf, positionOf } from "../code-points.ts";
import { caseSensitive, folded, theText } from "./text-parameters.ts";

export const textContainsNode = defineNode({
  type: "TextContainsNode",
  category: "text",
  summary: "Does text hold other text? position is that of the first occurrence, or -1",
  needs: [],
  effect: "none",
  config: z.object({
    text: theText(),
    search: textOr("").describe("The text to look for; empty text is found at position 0"),
    case_sensitive: caseSensitive(),
  }),
  inputs: { text: "STRING", search: "STRING" },
  outputs: { contains: "BOOLEAN", position: "INTEGER", count: "INTEGER" },
  portAliases: { result: "contains" },
  run({ config }) {
    const text = folded(config.text, config.case_sensitive);
    const search = folded(config.search, config.case_sensitive);
    const position = positionOf(text, search);
    return { outputs: { contains: position >= 0, position, count: occurrencesOf(text, search) } };
  },
});
