import { z } from "zod";
import { textOr } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { caseSensitive, folded, theText } from "./text-parameters.ts";

export const textEndsWithNode = defineNode({
  type: "TextEndsWithNode",
  category: "text",
  summary: "Does text end with other text?",
  needs: [],
  effect: "none",
  config: z.object({
    text: theText(),
    suffix: textOr("").describe("What the text may end with"),
    case_sensitive: caseSensitive(),
  }),
  inputs: { text: "STRING", suffix: "STRING" },
  outputs: { result: "BOOLEAN" },
  run({ config: { text, suffix, case_sensitive: sensitive } }) {
    return { outputs: { result: folded(text, sensitive).endsWith(folded(suffix, sensitive)) } };
  },
});
