import { z } from "zod";
import { anything, integer, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";

export const whileLoopStartNode = defineNode({
  type: "WhileLoopStartNode",
  category: "control_flow",
  summary: "Runs its body as long as the condition holds; one that cannot be evaluated is an error",
  structure: "while",
  needs: [],
  effect: "none",
  config: z.object({
    condition: anything().describe("A value, or text that is an expression; evaluated before each round"),
    expression: textOr("").describe("An expression; wins over condition"),
    max_iterations: withDefault(integer({ min: 1 }), 1000).describe("The loop fails when it would run more often"),
  }),
  inputs: { condition: "BOOLEAN" },
  outputs: { current_iteration: "INTEGER" },
  execOutputs: ["body", "completed"],
  portAliases: { loop: "body", iteration: "current_iteration" },
  rawConfig: ["condition", "expression"],
  run: () => ({}),
});
