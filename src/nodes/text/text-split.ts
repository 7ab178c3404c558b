import { z } from "zod";
import { integer, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { theText } from "./text-parameters.ts";

export const textSplitNode = defineNode({
  type: "TextSplitNode",
  category: "text",
  summary: "Splits text at a separator; without one, at white space, leaving out empty parts",
  needs: [],
  effect: "none",
  config: z.object({
    text: theText(),
    separator: textOr("").describe("Where the text is split; white space when empty"),
    max_split: withDefault(integer({ min: -1 }), -1).describe("At most so many splits; -1 for all"),
  }),
  inputs: { text: "STRING", separator: "STRING" },
  outputs: { result: "LIST", count: "INTEGER" },
  configAliases: { delimiter: "separator" },
  portAliases: { delimiter: "separator", parts: "result" },
  run({ config }) {
    const limit = config.max_split < 0 ? Infinity : config.max_split;
    const result =
      config.separator === "" ? splitWords(config.text, limit) : splitAt(config.text, config.separator, limit);
    return { outputs: { result, count: result.length } };
  },
});

function splitAt(text: string, separator: string, limit: number): string[] {
  const parts = text.split(separator);
  return parts.length <= limit + 1 ? parts : [...parts.slice(0, limit), parts.slice(limit).join(separator)];
}

function splitWords(text: string, limit: number): string[] {
  const parts: string[] = [];
  const word = /\S+/g;
  for (let match = word.exec(text); match !== null; match = word.exec(text)) {
    if (parts.length === limit) return [...parts, text.slice(match.index).trimEnd()];
    parts.push(match[0]);
  }
  return parts;
}
