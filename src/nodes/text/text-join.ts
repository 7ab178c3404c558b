import { z } from "zod";
import { asText, list, textOr } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";

export const textJoinNode = defineNode({
  type: "TextJoinNode",
  category: "text",
  summary: "Joins the items of a list to one text",
  needs: [],
  effect: "none",
  config: z.object({
    items: list().describe("The items"),
    separator: textOr("").describe("What stands between two items"),
  }),
  inputs: { items: "LIST" },
  outputs: { result: "STRING" },
  run: ({ config }) => ({ outputs: { result: config.items.map(asText).join(config.separator) } }),
});
