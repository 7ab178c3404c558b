import { z } from "zod";
import { defineNode } from "../capabilities.ts";
import { onPage } from "./act.ts";
import { picturedWhenFailing } from "./failure-screenshot.ts";
import { pageOutput } from "./page-node.ts";
import { failureScreenshot, OWN_LIMIT, page, retries, timeout, waitUntil } from "./parameters.ts";

export const waitForNavigationNode = defineNode({
  type: "WaitForNavigationNode",
  category: "browser",
  summary: "Waits until the page that an earlier step went to has loaded as far as wait_until says",
  needs: ["browser", "files"],
  effect: "none",
  ...OWN_LIMIT,
  config: z.object({ page, timeout: timeout(), wait_until: waitUntil, ...retries(), ...failureScreenshot }),
  inputs: { page: "PAGE" },
  outputs: { page: "PAGE" },
  run: (node) =>
    picturedWhenFailing(node, async () => {
      const { timeout: timeoutMs, wait_until: until } = node.config;
      await onPage(node, { action: "Waiting for the page", timeoutMs }, async (open, limits) => {
        // A page that can be asked has been committed to already.
        if (until !== "commit") await open.waitForLoadState(until, limits);
      });
      return { outputs: { page: pageOutput(node) } };
    }),
});
