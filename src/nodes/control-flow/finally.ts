import { z } from "zod";
import { textOr } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";

export const finallyNode = defineNode({
  type: "FinallyNode",
  category: "control_flow",
  summary: "Runs finally_body after the paired try and catch, whatever happened in them",
  structure: "finally",
  needs: [],
  effect: "none",
  config: z.object({ paired_try_id: textOr("").describe("Id of the try; inferred when it is not given") }),
  outputs: { had_error: "BOOLEAN" },
  execOutputs: ["finally_body"],
  portAliases: { exec_out: "finally_body", body: "finally_body" },
  run: () => ({}),
});
