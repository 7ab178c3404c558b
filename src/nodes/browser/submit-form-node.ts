import { z } from "zod";
import { withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { requiredText } from "../required.ts";
import { onElement, onPage } from "./act.ts";
import { picturedWhenFailing } from "./failure-screenshot.ts";
import { pageOutput } from "./page-node.ts";
import { failureScreenshot, OWN_LIMIT, page, retries, strict, timeout, waitUntil } from "./parameters.ts";
import { submitForm } from "./submit-form.ts";

export const submitFormNode = defineNode({
  type: "SubmitFormNode",
  category: "browser",
  summary: "Submits a form as its submit button would, and waits for the page that follows",
  needs: ["browser", "files"],
  effect: "once",
  ...OWN_LIMIT,
  config: z.object({
    page,
    selector: withDefault(requiredText(), "form").describe("The form, or an element of it"),
    timeout: timeout(),
    wait_until: waitUntil,
    strict,
    ...retries(),
    ...failureScreenshot,
  }),
  configAliases: { form_selector: "selector" },
  inputs: { page: "PAGE", selector: "STRING" },
  outputs: { page: "PAGE" },
  run: (node) =>
    picturedWhenFailing(node, async () => {
      const { config } = node;
      const request = { selector: config.selector, action: "Submitting", timeoutMs: config.timeout };
      await onElement(node, { ...request, strict: config.strict }, submitForm);
      const { wait_until: until } = config;
      if (until !== "commit") await onPage(node, request, (open, limits) => open.waitForLoadState(until, limits));
      return { outputs: { page: pageOutput(node) } };
    }),
});
