import type { Locator } from "playwright-core";
import { z } from "zod";
import { flag, integer, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { type CallLimits, onElement } from "./act.ts";
import { picturedWhenFailing } from "./failure-screenshot.ts";
import { fieldOfLabel } from "./field-of-label.ts";
import { pageOutput } from "./page-node.ts";
import {
  anchorConfig,
  failureScreenshot,
  force,
  noWaitAfter,
  OWN_LIMIT,
  page,
  retries,
  selector,
  strict,
  timeout,
} from "./parameters.ts";
import { kindOfFailure } from "./playwright-error.ts";

const FAST_MS = 5_000;
const KEY_DELAY_MS = 50;

const config = z.object({
  page,
  selector,
  text: textOr("").describe("What is typed"),
  fast_mode: withDefault(flag(), false).describe(
    "Set the text at once, within 5 s at most, even if the field is not ready",
  ),
  delay: withDefault(integer({ min: 0 }), 0).describe("Milliseconds between keys; more than 0 types key by key"),
  timeout: timeout(),
  clear_first: withDefault(flag(), true).describe("False appends to what is there"),
  press_sequentially: withDefault(flag(), false).describe(
    "Type key by key, 50 ms apart if delay does not say otherwise",
  ),
  force,
  no_wait_after: noWaitAfter,
  strict,
  press_enter_after: withDefault(flag(), false),
  press_tab_after: withDefault(flag(), false),
  ...retries(),
  ...failureScreenshot,
  anchor_config: anchorConfig,
});

export const typeTextNode = defineNode({
  type: "TypeTextNode",
  category: "browser",
  summary: "Types text into a field; a label leads to its field",
  needs: ["browser", "files"],
  effect: "idempotent",
  ...OWN_LIMIT,
  config,
  inputs: { page: "PAGE", selector: "STRING", text: "STRING" },
  outputs: { page: "PAGE" },
  run: (node) =>
    picturedWhenFailing(node, async () => {
      const settings = node.config;
      const timeoutMs = settings.fast_mode ? Math.min(settings.timeout || FAST_MS, FAST_MS) : settings.timeout;
      const request = { selector: settings.selector, action: "Typing", timeoutMs, strict: settings.strict };
      await onElement(node, request, async (element, limits) => {
        const field = await type(element, settings, limits);
        if (settings.press_enter_after) await field.press("Enter", limits);
        if (settings.press_tab_after) await field.press("Tab", limits);
      });
      return { outputs: { page: pageOutput(node) } };
    }),
});

type TypeConfig = z.output<typeof config>;

async function type(element: Locator, settings: TypeConfig, limits: CallLimits): Promise<Locator> {
  try {
    await typeInto(element, settings, limits);
    return element;
  } catch (error) {
    // A label that is not tied to its field; looked for only now, because it costs another round trip.
    const field = kindOfFailure(error) === "unsuitable" ? await fieldOfLabel(element) : undefined;
    if (field === undefined) throw error;
    await typeInto(field, settings, limits);
    return field;
  }
}

async function typeInto(field: Locator, settings: TypeConfig, limits: CallLimits): Promise<void> {
  const { text, clear_first: clearFirst } = settings;
  const options = { ...limits, force: settings.force || settings.fast_mode };
  const keyByKey = !settings.fast_mode && (settings.press_sequentially || settings.delay > 0);
  if (!keyByKey) {
    const before = clearFirst ? "" : await field.inputValue(limits);
    return field.fill(before + text, options);
  }
  if (clearFirst) await field.fill("", options);
  else await field.press("End", limits);
  await field.pressSequentially(text, { ...limits, delay: settings.delay || KEY_DELAY_MS });
}
