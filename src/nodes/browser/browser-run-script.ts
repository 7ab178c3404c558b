import { z } from "zod";
import { defineNode } from "../capabilities.ts";
import { requiredText } from "../required.ts";
import { pageOutput } from "./page-node.ts";
import { OWN_LIMIT, page, retries, timeout } from "./parameters.ts";
import { runInPage } from "./run-in-page.ts";
import { bodySource } from "./script-source.ts";

export const browserRunScriptNode = defineNode({
  type: "BrowserRunScriptNode",
  category: "browser",
  summary: "Runs JavaScript in the page: the body of a function, whose return value is the result",
  needs: ["browser"],
  effect: "once",
  ...OWN_LIMIT,
  config: z.object({
    page,
    script: requiredText().describe("JavaScript function body; it may return and await"),
    timeout: timeout(),
    ...retries(),
  }),
  inputs: { page: "PAGE", script: "STRING" },
  outputs: { page: "PAGE", result: "ANY" },
  async run(node) {
    const { script, timeout: timeoutMs } = node.config;
    const readings = [(body: string) => bodySource(body)];
    const result = await runInPage(node, { script, timeoutMs, readings });
    return { outputs: { page: pageOutput(node), result } };
  },
});
