import { z } from "zod";
import { anything } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { requiredText } from "../../required.ts";
import { theDict } from "./dict-parameters.ts";

export const dictSetNode = defineNode({
  type: "DictSetNode",
  category: "data",
  summary: "A copy of the dict with a value under a key",
  needs: [],
  effect: "none",
  config: z.object({
    dict: theDict(),
    key: requiredText().describe("The key"),
    value: anything().describe("The value; null when it is left out"),
  }),
  inputs: { dict: "DICT", key: "STRING", value: "ANY" },
  outputs: { result: "DICT" },
  portAliases: { dict: "result" },
  run: ({ config }) => ({ outputs: { result: { ...config.dict, [config.key]: config.value ?? null } } }),
});
