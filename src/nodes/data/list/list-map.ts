import { z } from "zod";
import type { JsonValue } from "../../../core/json.ts";
import { asText, choice, kindOf, textOr, withDefault } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { lengthOf } from "../../code-points.ts";
import { toInteger, toNumber } from "../../conversions.ts";
import { nodeErrors } from "../../errors.ts";
import { mapItems, valueReader } from "./item-values.ts";
import { keyPath, LIST_ALIASES, theList } from "./list-parameters.ts";

const TRANSFORMS = [
  "get_property",
  "to_string",
  "to_int",
  "to_float",
  "to_upper",
  "to_lower",
  "trim",
  "length",
] as const;

const APPLY: Readonly<Record<(typeof TRANSFORMS)[number], (value: JsonValue, what: string) => JsonValue>> = {
  get_property: (value) => value,
  to_string: asText,
  to_int: toInteger,
  to_float: toNumber,
  to_upper: (value) => asText(value).toUpperCase(),
  to_lower: (value) => asText(value).toLowerCase(),
  trim: (value) => asText(value).trim(),
  length: sizeOf,
};

export const listMapNode = defineNode({
  type: "ListMapNode",
  category: "data",
  summary: "Transforms every item of a list, by a fixed transform or by an expression",
  needs: [],
  effect: "none",
  config: z.object({
    list: theList(),
    transform: withDefault(choice(TRANSFORMS), "to_string").describe("What is done to each item"),
    expression: textOr("").describe("An expression over item and index; wins over transform"),
    key_path: keyPath(),
  }),
  inputs: { list: "LIST", transform: "STRING", key_path: "STRING" },
  outputs: { result: "LIST" },
  configAliases: LIST_ALIASES,
  portAliases: { ...LIST_ALIASES, mapped_list: "result" },
  rawConfig: ["expression"],
  async run({ config, evaluate, signal }) {
    const valueOf = valueReader(config.key_path);
    const byExpression = config.expression.trim() !== "";
    const result = await mapItems(config.list, signal, (item, index) =>
      byExpression
        ? evaluate(config.expression, { item: valueOf(item), index })
        : APPLY[config.transform](valueOf(item), `Item ${index}`),
    );
    return { outputs: { result } };
  },
});

function sizeOf(value: JsonValue, what: string): number {
  if (value === null) return 0;
  if (typeof value === "string") return lengthOf(value);
  if (typeof value === "object") return Object.keys(value).length;
  throw nodeErrors.NODE_CONVERSION_FAILED({ what, from: kindOf(value), to: "a length" });
}
