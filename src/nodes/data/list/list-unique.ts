import { z } from "zod";
import type { JsonValue } from "../../../core/json.ts";
import { defineNode } from "../../capabilities.ts";
import { jsonKey } from "../../json-equality.ts";
import { theList } from "./list-parameters.ts";

export const listUniqueNode = defineNode({
  type: "ListUniqueNode",
  category: "data",
  summary: 'The items without repetitions, in the order of their first appearance; 1 and "1" are different',
  needs: [],
  effect: "none",
  config: z.object({ list: theList() }),
  inputs: { list: "LIST" },
  outputs: { result: "LIST" },
  portAliases: { unique_list: "result" },
  run: ({ config }) => ({ outputs: { result: uniqueItems(config.list) } }),
});

/** The first of all items that are the same data. */
export function uniqueItems(items: readonly JsonValue[]): readonly JsonValue[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const sizeBefore = seen.size;
    return seen.add(jsonKey(item)).size > sizeBefore;
  });
}
