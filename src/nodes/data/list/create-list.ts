import { z } from "zod";
import { anything } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { numbered } from "../numbered-parameters.ts";

export const createListNode = defineNode({
  type: "CreateListNode",
  category: "data",
  summary: "Makes a list of item_1, item_2 … in the order of their numbers",
  needs: [],
  effect: "none",
  config: z.object({
    item_1: anything().describe("First item; item_4 and further ones may be given too"),
    item_2: anything().describe("Second item"),
    item_3: anything().describe("Third item"),
  }),
  inputs: { item_1: "ANY", item_2: "ANY", item_3: "ANY", "*": "ANY" },
  outputs: { list: "LIST" },
  run: ({ config, extra }) => ({
    outputs: { list: numbered({ ...extra, ...config }, "item_").map(({ value }) => value) },
  }),
});
