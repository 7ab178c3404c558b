import { z } from "zod";
import { list } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { shuffled } from "./shuffle.ts";

export const shuffleListNode = defineNode({
  type: "ShuffleListNode",
  category: "utility",
  summary: "The items of a list in random order",
  needs: [],
  effect: "idempotent",
  config: z.object({ items: list().describe("The items") }),
  inputs: { items: "LIST" },
  outputs: { result: "LIST" },
  configAliases: { list: "items" },
  portAliases: { list: "items" },
  run: ({ config, random }) => ({ outputs: { result: shuffled(config.items, random) } }),
});
