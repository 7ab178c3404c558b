import { z } from "zod";
import { flag, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { requiredText } from "../required.ts";
import { picturedWhenFailing } from "./failure-screenshot.ts";
import { navigate } from "./navigate.ts";
import { pageOutput } from "./page-node.ts";
import { failureScreenshot, OWN_LIMIT, page, retries, timeout, waitUntil } from "./parameters.ts";
import { readWebAddress } from "./web-address.ts";

export const goToUrlNode = defineNode({
  type: "GoToURLNode",
  category: "browser",
  summary: "Opens a URL in the page and waits until it has loaded",
  needs: ["browser", "files"],
  effect: "idempotent",
  ...OWN_LIMIT,
  config: z.object({
    page,
    url: requiredText().describe("Address; without a scheme https is meant"),
    timeout: timeout(),
    wait_until: waitUntil,
    referer: textOr("").describe("Referer header of the request"),
    ...retries(),
    ...failureScreenshot,
    ignore_https_errors: withDefault(flag(), false).describe("Accept certificates that are not trusted"),
  }),
  inputs: { page: "PAGE", url: "STRING" },
  outputs: { page: "PAGE" },
  run: (node) =>
    picturedWhenFailing(node, async () => {
      const { config } = node;
      const url = readWebAddress(config.url);
      await navigate(node, { url, timeoutMs: config.timeout, action: "Opening" }, async (open, limits) => {
        if (config.ignore_https_errors) {
          // Holds as long as this session, which stays with the page.
          const session = await open.context().newCDPSession(open);
          await session.send("Security.setIgnoreCertificateErrors", { ignore: true });
        }
        const referer = config.referer === "" ? {} : { referer: config.referer };
        return open.goto(url, { ...limits, ...referer, waitUntil: config.wait_until });
      });
      return { outputs: { page: pageOutput(node) } };
    }),
});
