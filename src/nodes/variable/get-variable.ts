import { z } from "zod";
import { anything } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { nodeErrors } from "../errors.ts";
import { requiredText } from "../required.ts";

export const getVariableNode = defineNode({
  type: "GetVariableNode",
  category: "variable",
  summary: "Reads a variable of the run; one that was never set is an error unless default_value is given",
  needs: [],
  effect: "none",
  config: z.object({
    variable_name: requiredText().describe("Name of the variable"),
    default_value: anything().describe("The value when the variable was never set or is null; null counts as given"),
  }),
  inputs: { variable_name: "STRING" },
  outputs: { value: "ANY" },
  run({ config, variables }) {
    const name = config.variable_name.trim();
    const stored = variables.get(name) ?? config.default_value;
    if (stored === undefined && !variables.has(name)) throw nodeErrors.NODE_VARIABLE_UNKNOWN({ variable: name });
    return { outputs: { value: stored ?? null } };
  },
});
