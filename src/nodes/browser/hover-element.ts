import { z } from "zod";
import { defineNode } from "../capabilities.ts";
import { onElement } from "./act.ts";
import { picturedWhenFailing } from "./failure-screenshot.ts";
import { modifierKeys } from "./modifier-keys.ts";
import { pageOutput } from "./page-node.ts";
import { failureScreenshot, force, OWN_LIMIT, page, retries, selector, strict, timeout } from "./parameters.ts";

export const hoverElementNode = defineNode({
  type: "HoverElementNode",
  category: "browser",
  summary: "Moves the mouse over an element",
  needs: ["browser", "files"],
  effect: "idempotent",
  ...OWN_LIMIT,
  config: z.object({
    page,
    selector,
    timeout: timeout(),
    force,
    strict,
    modifiers: modifierKeys,
    ...retries(),
    ...failureScreenshot,
  }),
  inputs: { page: "PAGE", selector: "STRING" },
  outputs: { page: "PAGE" },
  run: (node) =>
    picturedWhenFailing(node, async () => {
      const { config } = node;
      const request = {
        selector: config.selector,
        action: "Hovering",
        timeoutMs: config.timeout,
        strict: config.strict,
      };
      await onElement(node, request, (element, limits) =>
        element.hover({ ...limits, force: config.force, modifiers: config.modifiers }),
      );
      return { outputs: { page: pageOutput(node) } };
    }),
});
