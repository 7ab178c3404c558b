import { z } from "zod";
import { defineNode } from "../../capabilities.ts";
import { theDict } from "./dict-parameters.ts";

export const dictValuesNode = defineNode({
  type: "DictValuesNode",
  category: "data",
  summary: "The values of a dict",
  needs: [],
  effect: "none",
  config: z.object({ dict: theDict() }),
  inputs: { dict: "DICT" },
  outputs: { values: "LIST", count: "INTEGER" },
  run({ config }) {
    const values = Object.values(config.dict);
    return { outputs: { values, count: values.length } };
  },
});
