import { z } from "zod";
import { asText, textOr } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { theList } from "./list-parameters.ts";

export const listJoinNode = defineNode({
  type: "ListJoinNode",
  category: "data",
  summary: "The items as one text with a separator between them; null items are empty",
  needs: [],
  effect: "none",
  config: z.object({ list: theList(), separator: textOr(", ").describe("What stands between two items") }),
  inputs: { list: "LIST", separator: "STRING" },
  outputs: { result: "STRING" },
  run: ({ config }) => ({ outputs: { result: config.list.map(asText).join(config.separator) } }),
});
