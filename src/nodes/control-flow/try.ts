import { z } from "zod";
import { textOr } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";

export const tryNode = defineNode({
  type: "TryNode",
  category: "control_flow",
  summary: "Runs try_body; what fails in it goes to the paired catch",
  structure: "try",
  needs: [],
  effect: "none",
  config: z.object({
    paired_catch_id: textOr("").describe("Id of the catch; inferred when it is not given"),
    paired_finally_id: textOr("").describe("Id of the finally; inferred when it is not given"),
  }),
  execOutputs: ["try_body"],
  portAliases: { exec_out: "try_body", body: "try_body" },
  run: () => ({}),
});
