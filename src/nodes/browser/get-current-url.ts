import { z } from "zod";
import { defineNode } from "../capabilities.ts";
import { onPage } from "./act.ts";
import { pageOutput } from "./page-node.ts";
import { OWN_LIMIT, page, timeout } from "./parameters.ts";

export const getCurrentUrlNode = defineNode({
  type: "GetCurrentUrlNode",
  category: "browser",
  summary: "Gives the address and the title of the page",
  needs: ["browser"],
  effect: "none",
  ...OWN_LIMIT,
  config: z.object({ page, timeout: timeout() }),
  inputs: { page: "PAGE" },
  outputs: { page: "PAGE", url: "STRING", title: "STRING" },
  async run(node) {
    const what = { action: "Reading the address", timeoutMs: node.config.timeout };
    const found = await onPage(node, what, async (open) => ({ url: open.url(), title: await open.title() }));
    return { outputs: { page: pageOutput(node), ...found } };
  },
});
