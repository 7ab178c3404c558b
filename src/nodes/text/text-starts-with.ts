import { z } from "zod";
import { textOr } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { caseSensitive, folded, theText } from "./text-parameters.ts";

export const textStartsWithNode = defineNode({
  type: "TextStartsWithNode",
  category: "text",
  summary: "Does text begin with other text?",
  needs: [],
  effect: "none",
  config: z.object({
    text: theText(),
    prefix: textOr("").describe("What the text may begin with"),
    case_sensitive: caseSensitive(),
  }),
  inputs: { text: "STRING", prefix: "STRING" },
  outputs: { result: "BOOLEAN" },
  run({ config: { text, prefix, case_sensitive: sensitive } }) {
    return { outputs: { result: folded(text, sensitive).startsWith(folded(prefix, sensitive)) } };
  },
});
