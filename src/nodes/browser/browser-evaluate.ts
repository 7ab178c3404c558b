import { z } from "zod";
import { anything, flag, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { requiredText } from "../required.ts";
import { onElement } from "./act.ts";
import { picturedWhenFailing } from "./failure-screenshot.ts";
import { parsedIfJson } from "./json-result.ts";
import { failureScreenshot, OWN_LIMIT, page, retries, timeout } from "./parameters.ts";
import { runInPage } from "./run-in-page.ts";
import { argumentSource, bodySource, expressionSource } from "./script-source.ts";

export const browserEvaluateNode = defineNode({
  type: "BrowserEvaluateNode",
  category: "browser",
  summary: "Runs JavaScript in the page and gives its result: an expression, a function, or a body that returns",
  needs: ["browser", "files"],
  effect: "once",
  ...OWN_LIMIT,
  config: z.object({
    page,
    script: requiredText().describe("JavaScript; a function is called with arg, a body knows it as arg"),
    arg: anything().describe("Handed to the script"),
    wait_for_selector: textOr("").describe("Wait until this element is there"),
    return_json: withDefault(flag(), true).describe("Read a result that is JSON text of a list or an object"),
    store_variable: textOr("").describe("Variable that gets the result too"),
    timeout: timeout(),
    ...retries(),
    ...failureScreenshot,
  }),
  configAliases: { expression: "script" },
  inputs: { page: "PAGE", script: "STRING", arg: "ANY" },
  outputs: { result: "ANY", success: "BOOLEAN", error: "STRING" },
  run: (node) =>
    picturedWhenFailing(node, async () => {
      const { config } = node;
      if (config.wait_for_selector.trim() !== "") {
        const awaited = { selector: config.wait_for_selector, action: "Waiting", timeoutMs: config.timeout };
        await onElement(node, awaited, (element, limits) => element.waitFor({ ...limits, state: "attached" }));
      }
      const argument = argumentSource(config.arg);
      const readings = [
        (script: string) => expressionSource(script, argument),
        // Statements without return give the value of the last one, as a console does.
        (script: string) => script,
        (script: string) => bodySource(script, argument),
      ];
      const given = await runInPage(node, { script: config.script, timeoutMs: config.timeout, readings });
      const result = config.return_json ? parsedIfJson(given) : given;
      if (config.store_variable.trim() !== "") node.variables.set(config.store_variable.trim(), result);
      return { outputs: { result, success: true, error: "" } };
    }),
});
