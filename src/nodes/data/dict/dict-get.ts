import { z } from "zod";
import { anything } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { ownEntry, theDict, theKey } from "./dict-parameters.ts";

export const dictGetNode = defineNode({
  type: "DictGetNode",
  category: "data",
  summary: "The value under a key, or a default when the dict has no such key",
  needs: [],
  effect: "none",
  config: z.object({
    dict: theDict(),
    key: theKey(),
    default: anything().describe("The value when the key is missing; null when it is left out"),
  }),
  inputs: { dict: "DICT", key: "STRING", default: "ANY" },
  outputs: { value: "ANY", found: "BOOLEAN" },
  run({ config }) {
    const found = ownEntry(config.dict, config.key);
    return {
      outputs: { value: found ?? (found === undefined ? (config.default ?? null) : null), found: found !== undefined },
    };
  },
});
