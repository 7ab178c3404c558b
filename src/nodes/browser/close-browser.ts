import { z } from "zod";
import { raceAbort } from "../../core/deadline.ts";
import { anything, flag, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { OWN_LIMIT, retries, timeout } from "./parameters.ts";

export const closeBrowserNode = defineNode({
  type: "CloseBrowserNode",
  category: "browser",
  summary: "Closes the job's browser context and forgets its pages",
  needs: ["browser"],
  effect: "idempotent",
  ...OWN_LIMIT,
  config: z.object({
    browser: anything().describe("Browser to close; a job has one"),
    timeout: timeout(),
    force_close: withDefault(flag(), false).describe("Without effect: a context that hangs is always closed by force"),
    ...retries(),
  }),
  inputs: { browser: "BROWSER" },
  async run({ browser, signal }) {
    await raceAbort(browser.close(), signal, "Closing the browser");
    return {};
  },
});
