import { z } from "zod";
import { decimal, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { toNumber } from "../conversions.ts";
import { finite } from "../finite.ts";
import { requiredText } from "../required.ts";

export const incrementVariableNode = defineNode({
  type: "IncrementVariableNode",
  category: "variable",
  summary: "Adds a number to a variable; one that was never set starts at 0",
  needs: [],
  effect: "once",
  config: z.object({
    variable_name: requiredText().describe("Name of the variable"),
    increment: withDefault(decimal(), 1).describe("What is added; may be negative"),
  }),
  inputs: { variable_name: "STRING", increment: "FLOAT" },
  outputs: { value: "FLOAT" },
  run({ config, variables }) {
    const name = config.variable_name.trim();
    const current = toNumber(variables.get(name) ?? 0, `The value of variable ${name}`);
    const value = finite(current + config.increment, "increment");
    variables.set(name, value);
    return { outputs: { value } };
  },
});
