import { z } from "zod";
import { anything, choice, flag, integer, maybe, textOr, withDefault } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { numbered } from "../numbered-parameters.ts";
import { DO_WITH_LIST, LIST_ACTIONS } from "./list-actions.ts";
import { theList } from "./list-parameters.ts";

export const listSuperNode = defineNode({
  type: "ListSuperNode",
  category: "data",
  summary: "Does one of fourteen things with a list, each with outputs of its own",
  needs: [],
  effect: "none",
  config: z.object({
    action: withDefault(choice(LIST_ACTIONS), "Get Item").describe("What is done"),
    list: theList(),
    index: withDefault(integer(), 0).describe("Get Item: index; negative ones count from the end"),
    item1: anything().describe("Create List: first item; item4 and further ones may be given too"),
    item2: anything().describe("Create List: second item"),
    item3: anything().describe("Create List: third item"),
    item: anything().describe("Contains, Append: the item; null when it is left out"),
    start: maybe(integer()).describe("Slice: index of the first item taken"),
    end: maybe(integer()).describe("Slice: index of the first item left out"),
    initial: anything().describe("Reduce: what it starts from, and the result of an empty list"),
    default_value: textOr("").describe("Get Item: the item when there is none at the index; null when empty"),
    negative_index: withDefault(flag(), true).describe("Get Item: negative indexes count from the end"),
    step: withDefault(integer(), 1)
      .refine((step) => step !== 0, "must not be 0")
      .describe("Slice: every so many items; negative to walk backwards"),
    descending: withDefault(flag(), false).describe("Sort: largest first"),
    sort_key: textOr("").describe("Sort: path of the value inside of each item"),
    preserve_order: withDefault(flag(), true).describe("Unique: kept for old files, the order always stays"),
    expression: textOr("").describe(
      "Filter, Map, custom Reduce: expression over item (x), index (i), accumulator (acc)",
    ),
    reduce_operation: withDefault(choice(["sum", "product", "min", "max", "concat", "custom"]), "sum").describe(
      "Reduce: how the items are put together",
    ),
    depth: withDefault(integer({ min: -1 }), -1).describe("Flatten: how many levels are opened; -1 for all"),
    separator: textOr(", ").describe("Join: what stands between two items"),
    extend: withDefault(flag(), false).describe("Append: add the items of a list instead of the list itself"),
    position: withDefault(choice(["end", "start", "index"]), "end").describe("Append: where the item goes"),
    insert_index: withDefault(integer(), 0).describe("Append: index of the item when position is index"),
  }),
  inputs: {
    list: "LIST",
    index: "INTEGER",
    item1: "ANY",
    item2: "ANY",
    item3: "ANY",
    item: "ANY",
    start: "INTEGER",
    end: "INTEGER",
    initial: "ANY",
    "*": "ANY",
  },
  outputs: {
    item: "ANY",
    found: "BOOLEAN",
    list: "LIST",
    length: "INTEGER",
    is_empty: "BOOLEAN",
    contains: "BOOLEAN",
    index: "INTEGER",
    count: "INTEGER",
    slice: "LIST",
    sorted: "LIST",
    reversed: "LIST",
    unique: "LIST",
    duplicates_removed: "INTEGER",
    filtered: "LIST",
    rejected: "LIST",
    mapped: "LIST",
    result: "ANY",
    flattened: "LIST",
  },
  rawConfig: ["expression"],
  async run({ config, extra, evaluate, signal }) {
    const created = numbered({ ...extra, ...config }, "item").map(({ value }) => value);
    const { item = null, initial = null } = config;
    return { outputs: await DO_WITH_LIST[config.action]({ ...config, created, item, initial, evaluate, signal }) };
  },
});
