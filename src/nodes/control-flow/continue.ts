import { z } from "zod";
import { textOr } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";

export const continueNode = defineNode({
  type: "ContinueNode",
  category: "control_flow",
  summary: "Goes on with the next round of the loop it is in",
  structure: "continue",
  needs: [],
  effect: "none",
  config: z.object({
    paired_loop_start_id: textOr("").describe("Id of the loop's start; without it, the innermost loop around the node"),
  }),
  run: () => ({}),
});
