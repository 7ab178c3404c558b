import { z } from "zod";
import { defineNode } from "../capabilities.ts";

export const startNode = defineNode({
  type: "StartNode",
  category: "basic",
  summary: "Where the run begins",
  structure: "start",
  needs: [],
  effect: "none",
  config: z.object({}),
  run: () => ({}),
});
