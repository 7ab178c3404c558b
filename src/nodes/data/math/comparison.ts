import { z } from "zod";
import type { JsonValue } from "../../../core/json.ts";
import { choice, withDefault } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { compareValues, sameValue } from "../../compare-values.ts";
import { requiredValue } from "../../required.ts";

const OPERATORS = [
  "==",
  "equals (==)",
  "!=",
  "not equals (!=)",
  ">",
  "greater than (>)",
  "<",
  "less than (<)",
  ">=",
  "greater or equal (>=)",
  "<=",
  "less or equal (<=)",
] as const;

type Sign = "==" | "!=" | ">" | "<" | ">=" | "<=";

const ORDER: Readonly<Record<Sign, (a: JsonValue, b: JsonValue) => boolean>> = {
  "==": sameValue,
  "!=": (a, b) => !sameValue(a, b),
  ">": (a, b) => compareValues(a, b, "a > b") > 0,
  "<": (a, b) => compareValues(a, b, "a < b") < 0,
  ">=": (a, b) => compareValues(a, b, "a >= b") >= 0,
  "<=": (a, b) => compareValues(a, b, "a <= b") <= 0,
};

export const comparisonNode = defineNode({
  type: "ComparisonNode",
  category: "data",
  summary: "Compares two values; a number and text that spells one are compared as numbers",
  needs: [],
  effect: "none",
  config: z.object({
    a: requiredValue().describe("Left value"),
    b: requiredValue().describe("Right value"),
    operator: withDefault(choice(OPERATORS), "==").describe("How they are compared"),
  }),
  inputs: { a: "ANY", b: "ANY" },
  outputs: { result: "BOOLEAN" },
  run({ config }) {
    const sign = (/\((.+)\)/.exec(config.operator)?.[1] ?? config.operator) as Sign;
    return { outputs: { result: ORDER[sign](config.a, config.b) } };
  },
});
