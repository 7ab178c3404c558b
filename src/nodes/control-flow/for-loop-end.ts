import { z } from "zod";
import { textOr } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";

export const forLoopEndNode = defineNode({
  type: "ForLoopEndNode",
  category: "control_flow",
  summary: "Where the body of a for loop ends; its flow output is taken after the last item",
  structure: "for-end",
  needs: [],
  effect: "none",
  config: z.object({ paired_start_id: textOr("").describe("Id of the loop's start; inferred when it is not given") }),
  run: () => ({}),
});
