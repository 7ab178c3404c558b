import { z } from "zod";
import { defineNode } from "../../capabilities.ts";
import { ownEntry, theDict, theKey } from "./dict-parameters.ts";

export const dictHasKeyNode = defineNode({
  type: "DictHasKeyNode",
  category: "data",
  summary: "Does the dict have a key?",
  needs: [],
  effect: "none",
  config: z.object({ dict: theDict(), key: theKey() }),
  inputs: { dict: "DICT", key: "STRING" },
  outputs: { has_key: "BOOLEAN" },
  run: ({ config }) => ({ outputs: { has_key: ownEntry(config.dict, config.key) !== undefined } }),
});
