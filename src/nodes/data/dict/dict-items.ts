import { z } from "zod";
import { defineNode } from "../../capabilities.ts";
import { theDict } from "./dict-parameters.ts";

export const dictItemsNode = defineNode({
  type: "DictItemsNode",
  category: "data",
  summary: "The entries of a dict as a list of dicts with key and value",
  needs: [],
  effect: "none",
  config: z.object({ dict: theDict() }),
  inputs: { dict: "DICT" },
  outputs: { items: "LIST", count: "INTEGER" },
  run({ config }) {
    const items = Object.entries(config.dict).map(([key, value]) => ({ key, value }));
    return { outputs: { items, count: items.length } };
  },
});
