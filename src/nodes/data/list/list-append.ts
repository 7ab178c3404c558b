import { z } from "zod";
import { anything } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { theList } from "./list-parameters.ts";

export const listAppendNode = defineNode({
  type: "ListAppendNode",
  category: "data",
  summary: "A copy of the list with one more item at its end",
  needs: [],
  effect: "none",
  config: z.object({ list: theList(), item: anything().describe("The item; null when it is left out") }),
  inputs: { list: "LIST", item: "ANY" },
  outputs: { result: "LIST" },
  run: ({ config }) => ({ outputs: { result: [...config.list, config.item ?? null] } }),
});
