import { z } from "zod";
import { dict, withDefault } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";

const ALIASES = { dict1: "dict_1", dict2: "dict_2" };

export const dictMergeNode = defineNode({
  type: "DictMergeNode",
  category: "data",
  summary: "Both dicts in one; where they share a key, dict_2 wins",
  needs: [],
  effect: "none",
  config: z.object({
    dict_1: withDefault(dict(), {}).describe("First dict"),
    dict_2: withDefault(dict(), {}).describe("Second dict"),
  }),
  inputs: { dict_1: "DICT", dict_2: "DICT" },
  outputs: { result: "DICT" },
  configAliases: ALIASES,
  portAliases: { ...ALIASES, dict: "result", merged: "result" },
  run: ({ config }) => ({ outputs: { result: { ...config.dict_1, ...config.dict_2 } } }),
});
