import { z } from "zod";
import type { JsonValue } from "../../../core/json.ts";
import { integer, withDefault } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { theList } from "./list-parameters.ts";

export const listFlattenNode = defineNode({
  type: "ListFlattenNode",
  category: "data",
  summary: "Puts the items of inner lists in the place of these lists",
  needs: [],
  effect: "none",
  config: z.object({
    list: theList(),
    depth: withDefault(integer({ min: 0, max: 100 }), 1).describe("How many levels of lists are opened"),
  }),
  inputs: { list: "LIST", depth: "INTEGER" },
  outputs: { result: "LIST" },
  portAliases: { flattened_list: "result" },
  run: ({ config }) => ({ outputs: { result: flattenItems(config.list, config.depth) } }),
});

/** Opens so many levels of inner lists; `Infinity` for all. */
export function flattenItems(items: readonly JsonValue[], depth: number): readonly JsonValue[] {
  let result = items;
  for (let level = 0; level < depth && result.some((item) => Array.isArray(item)); level++) {
    result = result.flatMap((item): JsonValue | readonly JsonValue[] => item);
  }
  return result;
}
