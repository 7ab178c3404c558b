import { z } from "zod";
import { anything, choice, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { requiredValue } from "../required.ts";
import { TRANSFORM_TYPES, transformed } from "./transformation.ts";

export const transformNode = defineNode({
  type: "TransformNode",
  category: "utility",
  summary: "Converts a value, and stores the result in a variable as well",
  needs: [],
  effect: "idempotent",
  config: z.object({
    value: requiredValue().describe("The value to convert"),
    param: anything().describe("What the conversion needs; wins over transform_param"),
    transform_type: withDefault(choice(TRANSFORM_TYPES), "to_string").describe("The conversion"),
    transform_param: anything().describe(
      "Separator of split and join, {old, new} of replace, pattern, key path, index; for filter_values an expression over item",
    ),
    variable_name: textOr("transformed").describe("Variable that gets the result; none when empty"),
  }),
  inputs: { value: "ANY", param: "ANY" },
  outputs: { result: "ANY", success: "BOOLEAN", error: "STRING" },
  run({ config, evaluate, variables }) {
    const parameter = config.param ?? config.transform_param ?? null;
    const result = transformed(config.value, { type: config.transform_type, parameter, evaluate });
    if (config.variable_name.trim() !== "") variables.set(config.variable_name.trim(), result);
    return { outputs: { result, success: true, error: "" } };
  },
});
