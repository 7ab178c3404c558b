import { z } from "zod";
import { textOr } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";

export const concatenateNode = defineNode({
  type: "ConcatenateNode",
  category: "data",
  summary: "Joins two texts with a separator between them",
  needs: [],
  effect: "none",
  config: z.object({
    string_1: textOr("").describe("First text"),
    string_2: textOr("").describe("Second text"),
    separator: textOr("").describe("What stands between them"),
  }),
  inputs: { string_1: "STRING", string_2: "STRING" },
  outputs: { result: "STRING" },
  configAliases: { string1: "string_1", string2: "string_2" },
  portAliases: { string1: "string_1", string2: "string_2" },
  run: ({ config }) => ({ outputs: { result: config.string_1 + config.separator + config.string_2 } }),
});
