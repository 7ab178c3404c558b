import { z } from "zod";
import { textOr } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";

export const commentNode = defineNode({
  type: "CommentNode",
  category: "basic",
  summary: "A remark for readers of the workflow; the flow passes through it",
  needs: [],
  effect: "none",
  config: z.object({ comment: textOr("").describe("The remark") }),
  run: () => ({}),
});
