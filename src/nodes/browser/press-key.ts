import { z } from "zod";
import { integer, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { requiredText } from "../required.ts";
import { onPage } from "./act.ts";
import { pageOutput } from "./page-node.ts";
import { OWN_LIMIT, page, retries, timeout } from "./parameters.ts";

export const pressKeyNode = defineNode({
  type: "PressKeyNode",
  category: "browser",
  summary: "Presses a key or a combination on what has the focus",
  needs: ["browser"],
  effect: "once",
  ...OWN_LIMIT,
  config: z.object({
    page,
    key: withDefault(requiredText(), "Enter").describe("Like Enter, Escape, F5, a, Control+A, ArrowDown"),
    delay: withDefault(integer({ min: 0 }), 0).describe("Milliseconds between pressing and releasing"),
    timeout: timeout(),
    ...retries(),
  }),
  inputs: { page: "PAGE" },
  outputs: { page: "PAGE" },
  async run(node) {
    const { key, delay, timeout: timeoutMs } = node.config;
    await onPage(node, { action: `Pressing ${key}`, timeoutMs }, (open) => open.keyboard.press(key.trim(), { delay }));
    return { outputs: { page: pageOutput(node) } };
  },
});
