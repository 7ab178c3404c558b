import { join } from "node:path";
import type { BrowserContextOptions } from "playwright-core";
import { hasCode } from "../core/errors.ts";
import { type BrowserProcess, launchBrowserProcess } from "./browser-process.ts";
import { type ResolvedChromium, resolveChromium } from "./chromium/resolve-chromium.ts";
import type { BrowserConfig } from "./config.ts";
import { createContextSession, type OpenedContext } from "./context-session.ts";
import { browserErrors } from "./errors.ts";
import type { BrowserLog } from "./log.ts";
import type { BrowserSession } from "./session.ts";

/** Where the browser lives and what it obeys. */
export interface BrowserManagerOptions {
  /** Home folder: the bundled browser is cached below it, and it marks whose browsers these are. */
  readonly home: string;
  readonly config: BrowserConfig;
  readonly log?: BrowserLog;
  /** Finds the program; default `resolveChromium` with the environment of this process and the cache of the home. */
  readonly resolve?: (request: { readonly headed: boolean; readonly signal: AbortSignal }) => Promise<ResolvedChromium>;
}

/** What a job's session needs to know. */
export interface OpenSessionRequest {
  readonly jobId: string;
  /** Absolute folder that gets the files pages offer for download; without it they are thrown away. */
  readonly downloadsDir?: string;
  /** What differs from a fresh context with locale en-US and a viewport of 1280×720; `open` may differ again. */
  readonly contextOptions?: BrowserContextOptions;
  /** Aborts when the job ends early: the context is closed within a second, even if a page hangs. */
  readonly signal?: AbortSignal;
}

/** The robot's browser: one process, started at first use, shared by its jobs, each of which has a context of its own. */
export interface BrowserManager {
  /** Costs nothing until the session is used; the caller closes it. Throws BROWSER_CLOSED after `close`. */
  openSession(request: OpenSessionRequest): BrowserSession;
  /** What runs at present; undefined before first use, after a crash and after close. */
  readonly running: RunningBrowser | undefined;
  /** Closes all sessions and ends the browser, at worst by force after 5 s; no process is left. Never rejects. */
  close(): Promise<void>;
}

/** Facts about the browser process in use. */
export interface RunningBrowser {
  /** Undefined where the browser does not tell. */
  readonly pid: number | undefined;
  /** Of Chromium: "147.0.7727.0". */
  readonly version: string;
  readonly openContexts: number;
}

const OPEN_ATTEMPTS = 2;
const DEFAULT_CONTEXT: BrowserContextOptions = { locale: "en-US", viewport: { width: 1280, height: 720 } };

/** Makes the manager; nothing is started yet. Whoever makes it closes it. */
export function createBrowserManager(options: BrowserManagerOptions): BrowserManager {
  const { config, home, log } = options;
  const closing = new AbortController();
  /** Work that goes on behind the callers' backs and that `close` waits for. */
  const pending = new Set<Promise<void>>();
  let current: Promise<BrowserProcess> | undefined;
  let running: BrowserProcess | undefined;

  function inBackground(work: Promise<void>): void {
    pending.add(work);
    void work.finally(() => pending.delete(work));
  }

  async function browserInUse(): Promise<readonly [BrowserProcess, Promise<BrowserProcess>]> {
    const inUse = current;
    if (inUse !== undefined) return [await inUse, inUse];
    const started = startBrowser(options, closing.signal);
    current = started;
    try {
      const browser = await started;
      running = browser;
      browser.died.addEventListener("abort", () => {
        retire(started, browser);
        inBackground(browser.close());
      });
      return [browser, started];
    } catch (error) {
      current = undefined;
      throw error;
    }
  }

  /** New contexts go elsewhere. */
  function retire(started: Promise<BrowserProcess>, browser: BrowserProcess): void {
    if (current === started) current = undefined;
    if (running === browser) running = undefined;
  }

  async function openContext(jobId: string, contextOptions: BrowserContextOptions): Promise<OpenedContext> {
    for (let attempt = 1; attempt <= OPEN_ATTEMPTS; attempt += 1) {
      closing.signal.throwIfAborted();
      const [browser, started] = await browserInUse();
      const opened = await openOn(browser, contextOptions);
      if (opened !== undefined) {
        if (browser.servedContexts >= config.BROWSER_MAX_CONTEXTS) retire(started, browser);
        return {
          context: opened.context,
          died: browser.died,
          release() {
            opened.release();
            if (running !== browser && browser.openContexts === 0) inBackground(browser.close());
          },
          kill: () => browser.kill(),
        };
      }
      // Nothing of the job is lost yet, so it may have another process.
      retire(started, browser);
    }
    throw browserErrors.BROWSER_CRASHED({ jobId });
  }

  return {
    openSession({ jobId, downloadsDir, contextOptions, signal }) {
      closing.signal.throwIfAborted();
      return createContextSession({
        jobId,
        log,
        downloadsDir,
        signal: signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]),
        openContext: (own) =>
          openContext(jobId, { ...DEFAULT_CONTEXT, ...contextOptions, ...own, acceptDownloads: true }),
        inBackground,
      });
    },
    get running() {
      return running;
    },
    async close() {
      closing.abort(browserErrors.BROWSER_CLOSED({ home }));
      const last = await current?.catch(() => undefined);
      current = undefined;
      running = undefined;
      await last?.close();
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}

async function startBrowser(options: BrowserManagerOptions, signal: AbortSignal): Promise<BrowserProcess> {
  const { config, home, log } = options;
  const headless = config.BROWSER_HEADLESS || !hasDisplay();
  if (headless && !config.BROWSER_HEADLESS) log?.warn({}, "there is no display, so the browser runs headless");
  const isRoot = process.getuid?.() === 0;
  const sandbox = config.BROWSER_SANDBOX === "auto" && !isRoot;
  if (!sandbox) log?.warn({ isRoot }, "browser runs without its sandbox: visit trusted pages only");
  const resolve = options.resolve ?? ((request) => findProgram(options, request));
  const chromium = await resolve({ headed: !headless, signal });
  signal.throwIfAborted();
  return launchBrowserProcess({
    chromium,
    home,
    headless,
    sandbox,
    launchTimeoutMs: config.BROWSER_LAUNCH_TIMEOUT_MS,
    log,
  });
}

function findProgram(
  { config, home }: BrowserManagerOptions,
  request: { readonly headed: boolean; readonly signal: AbortSignal },
): Promise<ResolvedChromium> {
  const env = { ...process.env, ...(config.CHROMIUM_PATH && { CASARE_CHROMIUM_PATH: config.CHROMIUM_PATH }) };
  return resolveChromium({ ...request, env, cacheDir: join(home, "cache") });
}

function hasDisplay(): boolean {
  if (process.platform !== "linux") return true;
  return Boolean(process.env["DISPLAY"] ?? process.env["WAYLAND_DISPLAY"]);
}

/** A context, or undefined when the process is dead, or hangs and is ended. */
async function openOn(
  browser: BrowserProcess,
  options: BrowserContextOptions,
): Promise<Awaited<ReturnType<BrowserProcess["newContext"]>> | undefined> {
  try {
    return await browser.newContext(options);
  } catch (error) {
    const hangs = hasCode(error, "CORE_TIMED_OUT");
    if (hangs) browser.kill();
    if (hangs || !browser.isAlive) return undefined;
    throw error;
  }
}
