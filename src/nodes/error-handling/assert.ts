import { z } from "zod";
import { anything, isTruthy, textOr } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { nodeErrors } from "../errors.ts";

export const assertNode = defineNode({
  type: "AssertNode",
  category: "error_handling",
  summary: "Fails when the condition does not hold",
  needs: [],
  effect: "none",
  config: z.object({
    condition: anything().describe("A value, or text that is an expression; true when it is left out"),
    message: textOr("Assertion failed").describe("The message of the error"),
  }),
  inputs: { condition: "BOOLEAN", message: "STRING" },
  outputs: { passed: "BOOLEAN" },
  rawConfig: ["condition"],
  run({ config, evaluate }) {
    const { condition = true } = config;
    const verdict = typeof condition === "string" && condition.trim() !== "" ? evaluate(condition) : condition;
    if (!isTruthy(verdict)) throw nodeErrors.NODE_ASSERTION_FAILED({ message: config.message });
    return { outputs: { passed: true } };
  },
});
