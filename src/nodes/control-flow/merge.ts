import { z } from "zod";
import { defineNode } from "../capabilities.ts";

export const mergeNode = defineNode({
  type: "MergeNode",
  category: "control_flow",
  summary: "Where alternative branches meet again",
  needs: [],
  effect: "none",
  config: z.object({}),
  run: () => ({}),
});
