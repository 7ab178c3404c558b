import { z } from "zod";
import { anything, textOr } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { verdictOf } from "./condition.ts";

export const ifNode = defineNode({
  type: "IfNode",
  category: "control_flow",
  summary: "Takes the flow output true or false; a condition that cannot be evaluated is an error",
  needs: [],
  effect: "none",
  config: z.object({
    condition: anything().describe("A value, or text that is an expression"),
    expression: textOr("").describe("An expression; wins over condition"),
  }),
  inputs: { condition: "ANY" },
  execOutputs: ["true", "false"],
  rawConfig: ["condition", "expression"],
  run({ config, evaluate }) {
    return { route: verdictOf(config, evaluate) ? "true" : "false" };
  },
});
