import { z } from "zod";
import { defineNode } from "../../capabilities.ts";
import { theList } from "./list-parameters.ts";

export const listLengthNode = defineNode({
  type: "ListLengthNode",
  category: "data",
  summary: "How many items a list has",
  needs: [],
  effect: "none",
  config: z.object({ list: theList() }),
  inputs: { list: "LIST" },
  outputs: { length: "INTEGER" },
  run: ({ config }) => ({ outputs: { length: config.list.length } }),
});
