import type { BrowserContextOptions } from "playwright-core";
import { z } from "zod";
import { choice, flag, integer, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { navigate } from "./navigate.ts";
import { onNamedPage, opening, pageValue } from "./page-node.ts";
import { retries } from "./parameters.ts";
import { readWebAddress } from "./web-address.ts";

const config = z.object({
  url: textOr("").describe("Opened at once, when given"),
  browser_type: withDefault(choice(["chromium", "firefox", "webkit"]), "chromium").describe(
    "Robots have Chromium; the others are noted and Chromium is used",
  ),
  headless: withDefault(flag(), false).describe("The robot decides: where there is no display it is always headless"),
  window_state: withDefault(choice(["normal", "maximized", "minimized"]), "normal").describe(
    "Without effect: headless",
  ),
  do_not_close: withDefault(flag(), true).describe("Without effect: the browser of a job ends with the job"),
  profile_mode: withDefault(
    choice(["none", "custom", "chrome_default", "chrome_profile_1", "chrome_profile_2", "edge_default"]),
    "none",
  ).describe("Without effect: each job has a fresh profile"),
  slow_mo: withDefault(integer({ min: 0 }), 0).describe("Without effect: for watching, not for robots"),
  channel: textOr("").describe("Without effect: the robot decides which Chromium it has"),
  viewport_width: withDefault(integer({ min: 1 }), 1280).describe("Pixels"),
  viewport_height: withDefault(integer({ min: 1 }), 720).describe("Pixels"),
  user_agent: textOr(""),
  locale: textOr("").describe("Like de-DE; without it en-US"),
  timezone_id: textOr("").describe("IANA name like Europe/Berlin; without it the robot's"),
  color_scheme: withDefault(choice(["light", "dark", "no-preference"]), "light"),
  ignore_https_errors: withDefault(flag(), false).describe("Accept certificates that are not trusted"),
  proxy_server: textOr("").describe("Like http://proxy:3128 or socks5://proxy:1080"),
  user_data_dir: textOr("").describe("Without effect: each job has a fresh profile"),
  ...retries(2_000),
  window_wait: withDefault(integer({ min: 0 }), 100).describe("Without effect: headless"),
});

export const launchBrowserNode = defineNode({
  type: "LaunchBrowserNode",
  category: "browser",
  summary: "Opens the job's own browser context with its first page, and a URL in it",
  needs: ["browser"],
  effect: "idempotent",
  config,
  configAliases: { browser: "browser_type" },
  inputs: { url: "STRING" },
  outputs: { browser: "BROWSER", page: "PAGE", window: "ANY" },
  async run(node) {
    for (const note of ignoredSettings(node.config)) node.log("warning", note);
    const url = node.config.url.trim() === "" ? undefined : readWebAddress(node.config.url);
    await opening(node, "the browser", node.browser.open(contextOptions(node.config)));
    const main = node.browser.currentPage ?? "main";
    if (url !== undefined) {
      await navigate(onNamedPage(node, main), { url, timeoutMs: OPEN_TIMEOUT_MS, action: "Opening" }, (page, limits) =>
        page.goto(url, limits),
      );
    }
    return { outputs: { browser: { $browser: "main" }, page: pageValue(main), window: pageValue(main) } };
  },
});

const OPEN_TIMEOUT_MS = 30_000;

type LaunchConfig = z.output<typeof config>;

function contextOptions(settings: LaunchConfig): BrowserContextOptions {
  return {
    viewport: { width: settings.viewport_width, height: settings.viewport_height },
    colorScheme: settings.color_scheme,
    ignoreHTTPSErrors: settings.ignore_https_errors,
    ...(settings.user_agent !== "" && { userAgent: settings.user_agent }),
    ...(settings.locale !== "" && { locale: settings.locale }),
    ...(settings.timezone_id !== "" && { timezoneId: settings.timezone_id }),
    ...(settings.proxy_server !== "" && { proxy: { server: settings.proxy_server } }),
  };
}

/** What a robot cannot do as the workflow says, and that changes what the workflow sees. */
function ignoredSettings(settings: LaunchConfig): string[] {
  const notes: string[] = [];
  if (settings.browser_type !== "chromium")
    notes.push(`${settings.browser_type} is not there; Chromium is used instead`);
  if (settings.profile_mode !== "none" || settings.user_data_dir !== "") {
    notes.push("profiles are not used: the browser starts without cookies and logins; import cookies, or log in");
  }
  if (settings.channel !== "") notes.push("channel is not used: the robot decides which Chromium it has");
  return notes;
}
