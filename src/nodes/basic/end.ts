import { z } from "zod";
import { defineNode } from "../capabilities.ts";

export const endNode = defineNode({
  type: "EndNode",
  category: "basic",
  summary: "Where a path ends; the run is completed when no path goes on",
  structure: "end",
  needs: [],
  effect: "none",
  config: z.object({}),
  execOutputs: [],
  run: () => ({}),
});
