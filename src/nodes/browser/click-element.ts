import { z } from "zod";
import { flag, integer, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { onElement } from "./act.ts";
import { picturedWhenFailing } from "./failure-screenshot.ts";
import { highlightBriefly } from "./highlight.ts";
import { modifierKeys } from "./modifier-keys.ts";
import { pageOutput } from "./page-node.ts";
import {
  anchorConfig,
  button,
  failureScreenshot,
  force,
  maybePosition,
  noWaitAfter,
  OWN_LIMIT,
  page,
  retries,
  selector,
  timeout,
} from "./parameters.ts";

/** fast_mode waits no longer than this and does not look whether the element is ready. */
const FAST_MS = 5_000;

export const clickElementNode = defineNode({
  type: "ClickElementNode",
  category: "browser",
  summary: "Clicks the element as soon as it is visible, still and enabled",
  needs: ["browser", "files"],
  effect: "once",
  ...OWN_LIMIT,
  config: z.object({
    page,
    selector,
    fast_mode: withDefault(flag(), false).describe("As force and no_wait_after, within 5 s at most"),
    timeout: timeout(),
    button,
    click_count: withDefault(integer({ min: 1 }), 1).describe("2 for a double click"),
    delay: withDefault(integer({ min: 0 }), 0).describe("Milliseconds between pressing and releasing"),
    force,
    position_x: maybePosition,
    position_y: maybePosition,
    modifiers: modifierKeys,
    no_wait_after: noWaitAfter,
    trial: withDefault(flag(), false).describe("Do everything but the click"),
    ...retries(),
    ...failureScreenshot,
    highlight_before_click: withDefault(flag(), false).describe("Frame the element before"),
    anchor_config: anchorConfig,
  }),
  inputs: { page: "PAGE", selector: "STRING" },
  outputs: { page: "PAGE" },
  run: (node) =>
    picturedWhenFailing(node, async () => {
      const { config } = node;
      const timeoutMs = config.fast_mode ? Math.min(config.timeout || FAST_MS, FAST_MS) : config.timeout;
      const { position_x: x, position_y: y } = config;
      const options = {
        button: config.button,
        clickCount: config.click_count,
        delay: config.delay,
        force: config.force || config.fast_mode,
        modifiers: config.modifiers,
        noWaitAfter: config.no_wait_after || config.fast_mode,
        trial: config.trial,
        ...(x !== undefined && y !== undefined && { position: { x, y } }),
      };
      await onElement(node, { selector: config.selector, action: "Clicking", timeoutMs }, async (element, limits) => {
        if (config.highlight_before_click) await highlightBriefly(element);
        await element.click({ ...options, ...limits });
      });
      return { outputs: { page: pageOutput(node) } };
    }),
});
