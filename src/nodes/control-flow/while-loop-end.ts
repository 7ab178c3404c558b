import { z } from "zod";
import { textOr } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";

export const whileLoopEndNode = defineNode({
  type: "WhileLoopEndNode",
  category: "control_flow",
  summary: "Where the body of a while loop ends; its flow output is taken when the condition no longer holds",
  structure: "while-end",
  needs: [],
  effect: "none",
  config: z.object({ paired_start_id: textOr("").describe("Id of the loop's start; inferred when it is not given") }),
  run: () => ({}),
});
