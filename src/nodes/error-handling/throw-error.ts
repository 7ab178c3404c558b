import { z } from "zod";
import { textOr } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { nodeErrors } from "../errors.ts";

export const throwErrorNode = defineNode({
  type: "ThrowErrorNode",
  category: "error_handling",
  summary: "Fails with a message of its own",
  needs: [],
  effect: "none",
  config: z.object({ error_message: textOr("Custom error").describe("The message of the error") }),
  inputs: { error_message: "STRING" },
  configAliases: { message: "error_message" },
  run({ config }) {
    throw nodeErrors.NODE_ERROR_THROWN({ message: config.error_message });
  },
});
