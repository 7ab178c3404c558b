import { z } from "zod";
import { flag, integer, list, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { nodeErrors } from "../errors.ts";
import { shuffled } from "./shuffle.ts";

export const randomChoiceNode = defineNode({
  type: "RandomChoiceNode",
  category: "utility",
  summary: "A random item of a list; a list of them when count is not 1",
  needs: [],
  effect: "idempotent",
  config: z.object({
    items: list().describe("The items to choose from"),
    count: withDefault(integer({ min: 1, max: 1_000_000 }), 1).describe("How many are chosen"),
    allow_duplicates: withDefault(flag(), false).describe("An item may be chosen again"),
  }),
  inputs: { items: "LIST" },
  outputs: { result: "ANY", index: "INTEGER" },
  configAliases: { list: "items" },
  portAliases: { list: "items" },
  run({ config: { items, count, allow_duplicates: again }, random }) {
    if (items.length === 0) throw nodeErrors.NODE_LIST_EMPTY({ what: "items" });
    const draw = (): number => Math.floor(random() * items.length);
    if (count === 1) {
      const index = draw();
      return { outputs: { result: items[index], index } };
    }
    if (again) return { outputs: { result: Array.from({ length: count }, () => items[draw()] ?? null), index: -1 } };
    if (count > items.length) {
      throw nodeErrors.NODE_VALUE_INVALID({
        parameter: "count",
        reason: `is ${count}, but there are ${items.length} items; lower it, or set allow_duplicates`,
      });
    }
    return { outputs: { result: shuffled(items, random).slice(0, count), index: -1 } };
  },
});
