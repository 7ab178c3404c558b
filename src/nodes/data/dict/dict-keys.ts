import { z } from "zod";
import { defineNode } from "../../capabilities.ts";
import { theDict } from "./dict-parameters.ts";

export const dictKeysNode = defineNode({
  type: "DictKeysNode",
  category: "data",
  summary: "The keys of a dict",
  needs: [],
  effect: "none",
  config: z.object({ dict: theDict() }),
  inputs: { dict: "DICT" },
  outputs: { keys: "LIST", count: "INTEGER" },
  run({ config }) {
    const keys = Object.keys(config.dict);
    return { outputs: { keys, count: keys.length } };
  },
});
