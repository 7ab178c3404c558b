import { z } from "zod";
import { textOr } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";

export const breakNode = defineNode({
  type: "BreakNode",
  category: "control_flow",
  summary: "Leaves the loop it is in",
  structure: "break",
  needs: [],
  effect: "none",
  config: z.object({
    paired_loop_start_id: textOr("").describe("Id of the loop's start; without it, the innermost loop around the node"),
  }),
  run: () => ({}),
});
