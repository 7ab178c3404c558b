/** Browsers for robots: finding one, one process, one fresh context per job. Start at README.md. */
export type { BrowserManager, BrowserManagerOptions, OpenSessionRequest, RunningBrowser } from "./browser-manager.ts";
export { createBrowserManager } from "./browser-manager.ts";
export type { ChromiumInspection } from "./chromium/inspect-chromium.ts";
export { inspectChromium } from "./chromium/inspect-chromium.ts";
export type { ChromiumSource } from "./chromium/places.ts";
export type { ResolveChromiumOptions, ResolvedChromium } from "./chromium/resolve-chromium.ts";
export { resolveChromium } from "./chromium/resolve-chromium.ts";
export type { BrowserConfig } from "./config.ts";
export { browserConfig } from "./config.ts";
export { browserErrors } from "./errors.ts";
export type { BrowserLog } from "./log.ts";
export type { ReapOptions, ReapReport } from "./orphans/reap-orphans.ts";
export { reapOrphans } from "./orphans/reap-orphans.ts";
export { closePlaywrightSingleton, getPlaywrightSingleton, PlaywrightManager } from "./playwright-manager.ts";
export type { BrowserSession } from "./session.ts";
