import { expect, test } from "vitest";
import { browserConfig } from "./config.ts";

test("all settings have defaults, and texts of the environment are read", () => {
  expect(browserConfig.parse({})).toEqual({
    BROWSER_HEADLESS: true,
    BROWSER_SANDBOX: "auto",
    BROWSER_MAX_CONTEXTS: 200,
    BROWSER_LAUNCH_TIMEOUT_MS: 30_000,
  });
  expect(browserConfig.parse({ BROWSER_HEADLESS: "false", BROWSER_MAX_CONTEXTS: "5" })).toMatchObject({
    BROWSER_HEADLESS: false,
    BROWSER_MAX_CONTEXTS: 5,
  });
  expect(browserConfig.safeParse({ BROWSER_SANDBOX: "on" }).success).toBe(false);
});
