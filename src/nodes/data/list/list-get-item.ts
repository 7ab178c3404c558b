import { z } from "zod";
import { integer, withDefault } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { nodeErrors } from "../../errors.ts";
import { theList } from "./list-parameters.ts";

export const listGetItemNode = defineNode({
  type: "ListGetItemNode",
  category: "data",
  summary: "The item at an index; negative ones count from the end, one outside of the list is an error",
  needs: [],
  effect: "none",
  config: z.object({
    list: theList(),
    index: withDefault(integer(), 0).describe("Index; 0 is the first item, -1 the last"),
  }),
  inputs: { list: "LIST", index: "INTEGER" },
  outputs: { item: "ANY" },
  run({ config: { list, index } }) {
    const item = list.at(index);
    if (item === undefined) throw nodeErrors.NODE_INDEX_OUT_OF_RANGE({ index, length: list.length });
    return { outputs: { item } };
  },
});
