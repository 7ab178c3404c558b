import { z } from "zod";
import { defineNode } from "../capabilities.ts";
import { theText } from "./text-parameters.ts";

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export const textReverseNode = defineNode({
  type: "TextReverseNode",
  category: "text",
  summary: "Text from its last character to its first; accents stay with their letters",
  needs: [],
  effect: "none",
  config: z.object({ text: theText() }),
  inputs: { text: "STRING" },
  outputs: { result: "STRING" },
  run({ config }) {
    const characters = Array.from(segmenter.segment(config.text), ({ segment }) => segment);
    return { outputs: { result: characters.toReversed().join("") } };
  },
});
