import { homedir } from "node:os";
import { join } from "node:path";
import {
  type BrowserManager,
  type BrowserManagerOptions,
  createBrowserManager,
  type OpenSessionRequest,
  type RunningBrowser,
} from "./browser-manager.ts";
import { browserConfig } from "./config.ts";
import type { BrowserSession } from "./session.ts";

/** `createBrowserManager` as a class. */
export class PlaywrightManager implements BrowserManager {
  readonly #manager: BrowserManager;

  constructor(options: BrowserManagerOptions) {
    this.#manager = createBrowserManager(options);
  }

  openSession(request: OpenSessionRequest): BrowserSession {
    return this.#manager.openSession(request);
  }

  get running(): RunningBrowser | undefined {
    return this.#manager.running;
  }

  close(): Promise<void> {
    return this.#manager.close();
  }
}

let singleton: PlaywrightManager | undefined;

/**
 * The manager of this process, for scripts that use the library by hand; made at the first call with the home CASARE_HOME
 * (default `~/.casare`) and default settings. Whoever used it last awaits `closePlaywrightSingleton()`.
 */
export function getPlaywrightSingleton(): PlaywrightManager {
  singleton ??= new PlaywrightManager({
    home: process.env["CASARE_HOME"] ?? join(homedir(), ".casare"),
    config: browserConfig.parse({}),
  });
  return singleton;
}

/** Closes what `getPlaywrightSingleton` made; the next call of that makes a new one. Never rejects. */
export async function closePlaywrightSingleton(): Promise<void> {
  const closing = singleton;
  singleton = undefined;
  await closing?.close();
}
