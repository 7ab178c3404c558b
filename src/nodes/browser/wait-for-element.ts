import { z } from "zod";
import { choice, flag, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { onElement } from "./act.ts";
import { picturedWhenFailing } from "./failure-screenshot.ts";
import { highlightBriefly } from "./highlight.ts";
import { pageOutput } from "./page-node.ts";
import { anchorConfig, failureScreenshot, OWN_LIMIT, page, retries, selector, strict, timeout } from "./parameters.ts";

export const waitForElementNode = defineNode({
  type: "WaitForElementNode",
  category: "browser",
  summary: "Waits until an element is visible, hidden, there or gone; fails when that does not come about",
  needs: ["browser", "files"],
  effect: "none",
  ...OWN_LIMIT,
  config: z.object({
    page,
    selector,
    timeout: timeout(),
    state: withDefault(choice(["visible", "hidden", "attached", "detached"]), "visible"),
    strict,
    ...retries(),
    ...failureScreenshot,
    highlight_on_find: withDefault(flag(), false).describe("Frame the element for a moment"),
    anchor_config: anchorConfig,
  }),
  inputs: { page: "PAGE", selector: "STRING" },
  outputs: { page: "PAGE", found: "BOOLEAN" },
  run: (node) =>
    picturedWhenFailing(node, async () => {
      const { config } = node;
      const { state } = config;
      const isThere = state === "visible" || state === "attached";
      const request = {
        selector: config.selector,
        action: `Waiting until it is ${state}`,
        timeoutMs: config.timeout,
        strict: config.strict,
      };
      await onElement(node, request, async (element, limits) => {
        await element.waitFor({ ...limits, state });
        if (isThere && config.highlight_on_find) await highlightBriefly(element);
      });
      return { outputs: { page: pageOutput(node), found: isThere } };
    }),
});
