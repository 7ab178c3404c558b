import type { z } from "zod";
import { anything, choice, decimal, flag, integer, maybe, textOr, withDefault } from "../../execution/index.ts";
import { requiredText } from "../required.ts";

/** Parameters that many browser nodes share, with one meaning. */

export const page = anything().describe("Page to work on, as a page output gives it; without it the current one");

export const selector = requiredText().describe(
  "Element: CSS, XPath, text=, label=, placeholder=, testid=, role=button[name=…]; steps joined by >>",
);

export const strict = withDefault(flag(), false).describe("Fail when the selector matches several elements");

export const force = withDefault(flag(), false).describe("Act even if the element is hidden, covered or disabled");

export const noWaitAfter = withDefault(flag(), false).describe("Do not wait for a navigation that the action starts");

/** Spread into definitions that have a `timeout`: that one counts then, also where it is longer than the file's. */
export const OWN_LIMIT = { timeoutMs: 0 } as const;

/** @param defaultMs milliseconds. */
export function timeout(defaultMs = 30_000): z.ZodType<number> {
  return withDefault(integer({ min: 0 }), defaultMs).describe("Milliseconds; 0 for no limit but the workflow's");
}

/** @param intervalMs milliseconds between tries. */
export function retries(intervalMs = 1_000): { retry_count: z.ZodType<number>; retry_interval: z.ZodType<number> } {
  return {
    retry_count: withDefault(integer({ min: 0 }), 0).describe("Further tries after a failure"),
    retry_interval: withDefault(integer({ min: 0 }), intervalMs).describe("Milliseconds before a further try"),
  };
}

export const failureScreenshot = {
  screenshot_on_fail: withDefault(flag(), false).describe("Keep a picture of the page when the node fails"),
  screenshot_path: textOr("").describe("File of that picture; without it a name is made"),
};

export const waitUntil = withDefault(choice(["load", "domcontentloaded", "networkidle", "commit"]), "load").describe(
  "How far the page must have loaded",
);

export const anchorConfig = anything().describe(
  "Anchor of the element as the designer recorded it; not used by robots",
);

export const button = withDefault(choice(["left", "right", "middle"]), "left");

export const maybePosition = maybe(decimal()).describe("Pixels from the element's top left corner");
