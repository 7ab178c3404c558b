import { z } from "zod";
import { textOr } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { requiredText } from "../required.ts";
import { onElement } from "./act.ts";
import { picturedWhenFailing } from "./failure-screenshot.ts";
import { anchorConfig, failureScreenshot, OWN_LIMIT, page, retries, selector, strict, timeout } from "./parameters.ts";

export const getAttributeNode = defineNode({
  type: "GetAttributeNode",
  category: "browser",
  summary: "Reads an attribute of an element; null when the element does not have it",
  needs: ["browser", "files"],
  effect: "none",
  ...OWN_LIMIT,
  config: z.object({
    page,
    selector,
    attribute: requiredText().describe("Name, like href"),
    variable_name: textOr("attribute_value").describe("Variable that gets the value too; empty for none"),
    timeout: timeout(),
    strict,
    ...retries(),
    ...failureScreenshot,
    anchor_config: anchorConfig,
  }),
  inputs: { page: "PAGE", selector: "STRING", attribute: "STRING" },
  outputs: { value: "STRING" },
  run: (node) =>
    picturedWhenFailing(node, async () => {
      const { config } = node;
      const request = {
        selector: config.selector,
        action: "Reading",
        timeoutMs: config.timeout,
        strict: config.strict,
      };
      const value = await onElement(node, request, (element, limits) =>
        element.getAttribute(config.attribute.trim(), limits),
      );
      if (config.variable_name.trim() !== "") node.variables.set(config.variable_name.trim(), value);
      return { outputs: { value } };
    }),
});
