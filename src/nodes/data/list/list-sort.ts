import { z } from "zod";
import type { JsonValue } from "../../../core/json.ts";
import { flag, withDefault } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { orderFor } from "../../compare-values.ts";
import { valueReader } from "./item-values.ts";
import { keyPath, theList } from "./list-parameters.ts";

export const listSortNode = defineNode({
  type: "ListSortNode",
  category: "data",
  summary: "The items in order, numbers by size and text by its characters; null and missing values come last",
  needs: [],
  effect: "none",
  config: z.object({
    list: theList(),
    reverse: withDefault(flag(), false).describe("Largest first"),
    key_path: keyPath(),
  }),
  inputs: { list: "LIST", reverse: "BOOLEAN", key_path: "STRING" },
  outputs: { result: "LIST" },
  portAliases: { sorted_list: "result" },
  run: ({ config }) => ({ outputs: { result: sortItems(config.list, config.key_path, config.reverse) } }),
});

/** The items in order of the values at a path; null and missing values come last. Throws NODE_NOT_COMPARABLE. */
export function sortItems(items: readonly JsonValue[], path: string, reverse: boolean): readonly JsonValue[] {
  const valueOf = valueReader(path);
  const keyed = items.map((item) => ({ item, key: valueOf(item) }));
  const known = keyed.filter(({ key }) => key !== null);
  const order = orderFor(
    known.map(({ key }) => key),
    "Sorting",
  );
  const sorted = known.toSorted((a, b) => (reverse ? order(b.key, a.key) : order(a.key, b.key)));
  return [...sorted, ...keyed.filter(({ key }) => key === null)].map(({ item }) => item);
}
