import type { Page, Response } from "playwright-core";
import { z } from "zod";
import { defineNode } from "../capabilities.ts";
import type { CallLimits } from "./act.ts";
import { navigate } from "./navigate.ts";
import { pageOutput } from "./page-node.ts";
import { OWN_LIMIT, page, retries, timeout, waitUntil } from "./parameters.ts";

type WaitUntil = z.output<typeof waitUntil>;

/** The three nodes that move within a page's history differ in one call. */
export function historyNode(
  what: { readonly type: string; readonly summary: string; readonly action: string },
  go: (page: Page, options: CallLimits & { readonly waitUntil: WaitUntil }) => Promise<Response | null>,
) {
  return defineNode({
    type: what.type,
    category: "browser",
    summary: what.summary,
    needs: ["browser"],
    effect: "once",
    ...OWN_LIMIT,
    config: z.object({ page, timeout: timeout(), wait_until: waitUntil, ...retries() }),
    inputs: { page: "PAGE" },
    outputs: { page: "PAGE" },
    async run(node) {
      const { config } = node;
      await navigate(node, { url: undefined, timeoutMs: config.timeout, action: what.action }, (open, limits) =>
        go(open, { ...limits, waitUntil: config.wait_until }),
      );
      return { outputs: { page: pageOutput(node) } };
    },
  });
}
