import { z } from "zod";
import { anything, choice, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { requiredValue } from "../required.ts";
import { complaintAbout, VALIDATION_TYPES } from "./validation.ts";

export const validateNode = defineNode({
  type: "ValidateNode",
  category: "utility",
  summary: "Checks a value by a rule; leaves by valid or invalid",
  needs: [],
  effect: "none",
  config: z.object({
    value: requiredValue().describe("The value to check"),
    validation_type: withDefault(choice(VALIDATION_TYPES), "not_empty").describe("The rule"),
    validation_param: anything().describe(
      "What the rule needs: a pattern, a length, a bound, a list; for custom an expression over value",
    ),
    error_message: textOr("Validation failed").describe("Start of the message given out for an invalid value"),
  }),
  inputs: { value: "ANY" },
  outputs: { is_valid: "BOOLEAN", error_message: "STRING" },
  execOutputs: ["valid", "invalid"],
  portAliases: { exec_out: "valid" },
  run({ config, evaluate }) {
    const complaint = complaintAbout(config.value, {
      type: config.validation_type,
      parameter: config.validation_param ?? null,
      evaluate: (expression) => evaluate(expression, { value: config.value }),
    });
    if (complaint === undefined) return { route: "valid", outputs: { is_valid: true, error_message: "" } };
    return { route: "invalid", outputs: { is_valid: false, error_message: `${config.error_message}: ${complaint}` } };
  },
});
