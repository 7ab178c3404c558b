import { z } from "zod";
import { isJsonObject, type JsonValue } from "../../../core/json.ts";
import { anything, asText, isTruthy, textOr } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { compareValues, sameValue } from "../../compare-values.ts";
import { mapItems, valueReader } from "./item-values.ts";
import { keyPath, LIST_ALIASES, theList } from "./list-parameters.ts";

type Test = (value: JsonValue, wanted: JsonValue) => boolean;

const TESTS: Readonly<Record<string, Test>> = {
  equals: sameValue,
  not_equals: (value, wanted) => !sameValue(value, wanted),
  contains: holds,
  starts_with: (value, wanted) => value !== null && asText(value).startsWith(asText(wanted)),
  ends_with: (value, wanted) => value !== null && asText(value).endsWith(asText(wanted)),
  greater_than: (value, wanted) => value !== null && compareValues(value, wanted, "greater_than") > 0,
  less_than: (value, wanted) => value !== null && compareValues(value, wanted, "less_than") < 0,
  is_not_none: (value) => value !== null,
  is_none: (value) => value === null,
  is_truthy: isTruthy,
  is_falsy: (value) => !isTruthy(value),
};

export const listFilterNode = defineNode({
  type: "ListFilterNode",
  category: "data",
  summary: "Splits a list into the items that pass a test and those that do not",
  needs: [],
  effect: "none",
  config: z.object({
    list: theList(),
    condition: textOr("is_not_none").describe(
      `One of ${Object.keys(TESTS).join(", ")}; other text is an expression over item and index`,
    ),
    expression: textOr("").describe("An expression over item and index; wins over condition"),
    value: anything().describe("What the condition compares with; null when it is left out"),
    key_path: keyPath(),
  }),
  inputs: { list: "LIST", condition: "STRING", value: "ANY", key_path: "STRING" },
  outputs: { result: "LIST", removed: "LIST" },
  configAliases: LIST_ALIASES,
  portAliases: { ...LIST_ALIASES, filtered_list: "result" },
  // condition is not raw: old files build it of templates, as in "item.{{column}} == 'open'".
  rawConfig: ["expression"],
  async run({ config, evaluate, signal }) {
    const valueOf = valueReader(config.key_path);
    const wanted = config.value ?? null;
    const expression = config.expression.trim() === "" ? config.condition.trim() : config.expression;
    const test = Object.hasOwn(TESTS, expression) ? TESTS[expression] : undefined;
    const verdicts = await mapItems(config.list, signal, (item, index) =>
      test === undefined ? isTruthy(evaluate(expression, { item, index, value: wanted })) : test(valueOf(item), wanted),
    );
    return {
      outputs: {
        result: config.list.filter((_, i) => verdicts[i]),
        removed: config.list.filter((_, i) => !verdicts[i]),
      },
    };
  },
});

function holds(value: JsonValue, wanted: JsonValue): boolean {
  if (Array.isArray(value)) return value.some((item: JsonValue) => sameValue(item, wanted));
  if (isJsonObject(value)) return Object.hasOwn(value, asText(wanted));
  return value !== null && asText(value).includes(asText(wanted));
}
