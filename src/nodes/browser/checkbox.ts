import { z } from "zod";
import { flag, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { onElement } from "./act.ts";
import { picturedWhenFailing } from "./failure-screenshot.ts";
import { pageOutput } from "./page-node.ts";
import { failureScreenshot, force, OWN_LIMIT, page, retries, selector, strict, timeout } from "./parameters.ts";

export const checkboxNode = defineNode({
  type: "CheckboxNode",
  category: "browser",
  summary: "Checks or unchecks a checkbox, or chooses a radio button",
  needs: ["browser", "files"],
  effect: "idempotent",
  ...OWN_LIMIT,
  config: z.object({
    page,
    selector,
    checked: withDefault(flag(), true).describe("False unchecks it"),
    timeout: timeout(),
    force,
    strict,
    ...retries(),
    ...failureScreenshot,
  }),
  configAliases: { check: "checked", value: "checked" },
  inputs: { page: "PAGE", selector: "STRING", checked: "BOOLEAN" },
  outputs: { page: "PAGE", checked: "BOOLEAN" },
  run: (node) =>
    picturedWhenFailing(node, async () => {
      const { config } = node;
      const request = {
        selector: config.selector,
        action: "Checking",
        timeoutMs: config.timeout,
        strict: config.strict,
      };
      await onElement(node, request, (element, limits) =>
        element.setChecked(config.checked, { ...limits, force: config.force }),
      );
      return { outputs: { page: pageOutput(node), checked: config.checked } };
    }),
});
