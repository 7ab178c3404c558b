import { z } from "zod";
import type { JsonValue } from "../../../core/json.ts";
import { anything, asText, choice, withDefault } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { orderFor } from "../../compare-values.ts";
import { toNumber } from "../../conversions.ts";
import { finite } from "../../finite.ts";
import { valueReader } from "./item-values.ts";
import { keyPath, theList } from "./list-parameters.ts";

const OPERATIONS = ["sum", "product", "min", "max", "avg", "count", "first", "last", "join"] as const;
type Operation = (typeof OPERATIONS)[number];

/** Results of a list without values. There is no smallest, largest, average, first or last of nothing. */
const OF_NOTHING: Readonly<Record<Operation, JsonValue>> = {
  sum: 0,
  product: 1,
  count: 0,
  join: "",
  min: null,
  max: null,
  avg: null,
  first: null,
  last: null,
};

/** Puts values together that are not null; there has to be at least one. Throws what does not add up or compare. */
export const REDUCE: Readonly<Record<Exclude<Operation, "join">, (values: readonly JsonValue[]) => JsonValue>> = {
  sum: (values) => finite(sumOf(values), "sum"),
  product: (values) =>
    finite(
      numbersOf(values).reduce((product, value) => product * value, 1),
      "product",
    ),
  avg: (values) => finite(sumOf(values) / values.length, "avg"),
  min: (values) => extreme(values, -1),
  max: (values) => extreme(values, 1),
  count: (values) => values.length,
  first: (values) => values[0] ?? null,
  last: (values) => values.at(-1) ?? null,
};

export const listReduceNode = defineNode({
  type: "ListReduceNode",
  category: "data",
  summary: "One value made of all items that are not null: their sum, average, largest …",
  needs: [],
  effect: "none",
  config: z.object({
    list: theList(),
    operation: withDefault(choice(OPERATIONS), "sum").describe("How the items are put together"),
    key_path: keyPath(),
    initial: anything().describe("Result of an empty list; for join the separator"),
  }),
  inputs: { list: "LIST", operation: "STRING", key_path: "STRING", initial: "ANY" },
  outputs: { result: "ANY" },
  configAliases: { items: "list" },
  portAliases: { items: "list" },
  run({ config: { list, operation, key_path: path, initial } }) {
    const values = list.map(valueReader(path)).filter((value) => value !== null);
    if (operation === "join") return { outputs: { result: values.map(asText).join(asText(initial ?? "")) } };
    const result = values.length === 0 ? (initial ?? OF_NOTHING[operation]) : REDUCE[operation](values);
    return { outputs: { result } };
  },
});

function numbersOf(values: readonly JsonValue[]): readonly number[] {
  return values.map((value, index) => toNumber(value, `Item ${index}`));
}

function sumOf(values: readonly JsonValue[]): number {
  return numbersOf(values).reduce((sum, value) => sum + value, 0);
}

function extreme(values: readonly JsonValue[], direction: 1 | -1): JsonValue {
  const order = orderFor(values, direction > 0 ? "max" : "min");
  return values.reduce((best, value) => (order(value, best) * direction > 0 ? value : best));
}
