import { z } from "zod";
import { choice, flag, maybe, text, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { lengthOf, occurrencesOf } from "../code-points.ts";
import { theText } from "./text-parameters.ts";

export const textCountNode = defineNode({
  type: "TextCountNode",
  category: "text",
  summary: "Counts the characters, words or lines of text, or how often other text occurs in it",
  needs: [],
  effect: "none",
  config: z.object({
    text: theText(),
    mode: withDefault(choice(["characters", "words", "lines"]), "characters").describe("What is counted"),
    exclude_whitespace: withDefault(flag(), false).describe("Do not count white space as characters"),
    search: maybe(text()).describe("Count how often this text occurs, without overlaps, instead of mode"),
  }),
  inputs: { text: "STRING" },
  outputs: { count: "INTEGER" },
  run({ config }) {
    if (config.search !== undefined) return { outputs: { count: occurrencesOf(config.text, config.search) } };
    const counted = config.exclude_whitespace ? config.text.replace(/\s/g, "") : config.text;
    const count = {
      characters: () => lengthOf(counted),
      words: () => config.text.match(/\S+/g)?.length ?? 0,
      lines: () => (config.text === "" ? 0 : config.text.replace(/(\r\n|\n|\r)$/, "").split(/\r\n|\n|\r/).length),
    }[config.mode]();
    return { outputs: { count } };
  },
});
