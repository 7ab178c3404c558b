import { z } from "zod";
import { anything } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";

export const rerouteNode = defineNode({
  type: "RerouteNode",
  category: "utility",
  summary: "Hands its input on; a dot to lead wires around",
  needs: [],
  effect: "none",
  config: z.object({ in: anything().describe("The value to hand on") }),
  inputs: { in: "ANY" },
  outputs: { out: "ANY" },
  run: ({ config }) => ({ outputs: { out: config.in ?? null } }),
});
