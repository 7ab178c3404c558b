import { z } from "zod";
import { textOr } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";

export const catchNode = defineNode({
  type: "CatchNode",
  category: "control_flow",
  summary: "Runs catch_body when the paired try failed; without a failure the flow goes past it",
  structure: "catch",
  needs: [],
  effect: "none",
  config: z.object({
    paired_try_id: textOr("").describe("Id of the try; inferred when it is not given"),
    error_types: textOr("").describe("Error codes to catch, separated by commas; all when empty"),
  }),
  outputs: { error_message: "STRING", error_type: "STRING", stack_trace: "STRING" },
  execOutputs: ["catch_body"],
  portAliases: { exec_out: "catch_body", body: "catch_body" },
  run: () => ({}),
});
