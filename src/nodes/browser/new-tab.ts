import { z } from "zod";
import { anything, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { requiredText } from "../required.ts";
import { picturedWhenFailing } from "./failure-screenshot.ts";
import { navigate } from "./navigate.ts";
import { onNamedPage, opening, pageValue } from "./page-node.ts";
import { failureScreenshot, OWN_LIMIT, retries, timeout, waitUntil } from "./parameters.ts";
import { readWebAddress } from "./web-address.ts";

export const newTabNode = defineNode({
  type: "NewTabNode",
  category: "browser",
  summary: "Opens a further page and makes it the current one",
  needs: ["browser", "files"],
  effect: "idempotent",
  ...OWN_LIMIT,
  config: z.object({
    browser: anything().describe("Browser to open it in; a job has one"),
    tab_name: withDefault(requiredText(), "main").describe(
      "Name of the page; an older page of that name stays open under name_2",
    ),
    url: textOr("").describe("Opened at once, when given"),
    timeout: timeout(),
    wait_until: waitUntil,
    ...retries(),
    ...failureScreenshot,
  }),
  inputs: { browser: "BROWSER" },
  outputs: { page: "PAGE" },
  run: (node) =>
    picturedWhenFailing(node, async () => {
      const { config } = node;
      const url = config.url.trim() === "" ? undefined : readWebAddress(config.url);
      const { name } = await opening(node, "a tab", node.browser.newPage(config.tab_name));
      if (url !== undefined) {
        await navigate(onNamedPage(node, name), { url, timeoutMs: config.timeout, action: "Opening" }, (page, limits) =>
          page.goto(url, { ...limits, waitUntil: config.wait_until }),
        );
      }
      return { outputs: { page: pageValue(name) } };
    }),
});
