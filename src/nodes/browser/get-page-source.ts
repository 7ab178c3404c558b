import { z } from "zod";
import { defineNode } from "../capabilities.ts";
import { onPage } from "./act.ts";
import { pageOutput } from "./page-node.ts";
import { OWN_LIMIT, page, timeout } from "./parameters.ts";

export const getPageSourceNode = defineNode({
  type: "GetPageSourceNode",
  category: "browser",
  summary: "Gives the HTML of the page as it stands now",
  needs: ["browser"],
  effect: "none",
  ...OWN_LIMIT,
  config: z.object({ page, timeout: timeout() }),
  inputs: { page: "PAGE" },
  outputs: { page: "PAGE", source: "STRING" },
  async run(node) {
    const what = { action: "Reading the page", timeoutMs: node.config.timeout };
    const source = await onPage(node, what, (open) => open.content());
    return { outputs: { page: pageOutput(node), source } };
  },
});
