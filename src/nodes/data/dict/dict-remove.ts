import { z } from "zod";
import { defineNode } from "../../capabilities.ts";
import { ownEntry, theDict, theKey } from "./dict-parameters.ts";

export const dictRemoveNode = defineNode({
  type: "DictRemoveNode",
  category: "data",
  summary: "A copy of the dict without a key; a key it does not have changes nothing",
  needs: [],
  effect: "none",
  config: z.object({ dict: theDict(), key: theKey() }),
  inputs: { dict: "DICT", key: "STRING" },
  outputs: { result: "DICT", removed_value: "ANY" },
  portAliases: { dict: "result" },
  run({ config }) {
    const result = Object.fromEntries(Object.entries(config.dict).filter(([key]) => key !== config.key));
    return { outputs: { result, removed_value: ownEntry(config.dict, config.key) ?? null } };
  },
});
