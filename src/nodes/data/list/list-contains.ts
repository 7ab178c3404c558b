import { z } from "zod";
import { anything } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { sameValue } from "../../compare-values.ts";
import { theList } from "./list-parameters.ts";

export const listContainsNode = defineNode({
  type: "ListContainsNode",
  category: "data",
  summary: "Is a value among the items? index is that of the first one, or -1",
  needs: [],
  effect: "none",
  config: z.object({ list: theList(), item: anything().describe("The value to look for; null when it is left out") }),
  inputs: { list: "LIST", item: "ANY" },
  outputs: { contains: "BOOLEAN", index: "INTEGER" },
  run({ config }) {
    const wanted = config.item ?? null;
    const index = config.list.findIndex((item) => sameValue(item, wanted));
    return { outputs: { contains: index >= 0, index } };
  },
});
