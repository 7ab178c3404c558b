import { z } from "zod";
import { defineNode } from "../../capabilities.ts";
import { theList } from "./list-parameters.ts";

export const listReverseNode = defineNode({
  type: "ListReverseNode",
  category: "data",
  summary: "The items from the last to the first",
  needs: [],
  effect: "none",
  config: z.object({ list: theList() }),
  inputs: { list: "LIST" },
  outputs: { result: "LIST" },
  portAliases: { reversed_list: "result" },
  run: ({ config }) => ({ outputs: { result: config.list.toReversed() } }),
});
