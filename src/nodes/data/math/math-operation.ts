import { z } from "zod";
import { choice, decimal, integer, maybe, textOr, withDefault } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { calculate, OPERATIONS } from "./arithmetic.ts";

export const mathOperationNode = defineNode({
  type: "MathOperationNode",
  category: "data",
  summary: "Calculates with a and b; dividing by 0 and results that are no number are errors",
  needs: [],
  // output_var only gives the result a further name: it is set whenever the result is, and to the same value.
  effect: "none",
  config: z.object({
    operation: withDefault(choice(OPERATIONS), "add").describe("What is calculated; log takes b as base unless b is 0"),
    a: withDefault(decimal(), 0).describe("First number"),
    b: withDefault(decimal(), 0).describe("Second number, for operations of two"),
    round_digits: maybe(integer({ min: 0, max: 15 })).describe("Decimals the result is rounded to"),
    output_var: textOr("").describe("Variable that gets the result too"),
  }),
  inputs: { a: "FLOAT", b: "FLOAT" },
  outputs: { result: "FLOAT" },
  run({ config, variables }) {
    const result = calculate(config.operation, config, config.round_digits);
    if (config.output_var.trim() !== "") variables.set(config.output_var.trim(), result);
    return { outputs: { result } };
  },
});
