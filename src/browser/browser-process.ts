import type { Browser, BrowserContext, BrowserContextOptions, LaunchOptions } from "playwright-core";
import { raceAbort, startDeadline } from "../core/deadline.ts";
import { messageOf } from "../core/errors.ts";
import type { ResolvedChromium } from "./chromium/resolve-chromium.ts";
import { browserErrors } from "./errors.ts";
import { readLaunchProblem } from "./launch-problem.ts";
import type { BrowserLog } from "./log.ts";
import {
  createInstanceFolder,
  type InstanceFolder,
  profileIn,
  rememberProfile,
  removeInstanceFolder,
} from "./orphans/instance-folder.ts";
import { homeHash, markerSwitch } from "./orphans/marker.ts";
import { ownerOfThisProcess, type ProcessTable, systemProcesses } from "./orphans/process-table.ts";
import { settlesWithin } from "./settle.ts";

export interface LaunchRequest {
  readonly chromium: ResolvedChromium;
  readonly home: string;
  readonly headless: boolean;
  readonly sandbox: boolean;
  readonly launchTimeoutMs: number;
  readonly log: BrowserLog | undefined;
}

/** One running browser; many contexts. */
export interface BrowserProcess {
  readonly pid: number | undefined;
  readonly version: string;
  /** Aborts when the process ended without being asked to. */
  readonly died: AbortSignal;
  /** False as soon as it is known to have ended. */
  readonly isAlive: boolean;
  readonly openContexts: number;
  /** Contexts ever opened. */
  readonly servedContexts: number;
  newContext(options: BrowserContextOptions): Promise<{ readonly context: BrowserContext; release(): void }>;
  /** Ends it at once; its contexts are lost, as if it had crashed. */
  kill(): void;
  /** Ends it in good order within 5 s, else by force. Never rejects. */
  close(): Promise<void>;
}

const CLOSE_TIMEOUT_MS = 5_000;
const CONTEXT_TIMEOUT_MS = 20_000;

/** Starts a browser. Rejects with BROWSER_LAUNCH_FAILED. */
export async function launchBrowserProcess(request: LaunchRequest): Promise<BrowserProcess> {
  const { home, log, chromium } = request;
  const processes = systemProcesses();
  const owner = await ownerOfThisProcess(processes);
  const folder = await createInstanceFolder(home, owner);
  try {
    const marker = markerSwitch({ home: await homeHash(home), owner });
    const playwright = await import("playwright-core");
    const browser = await playwright.chromium.launch(launchOptions(request, folder, marker));
    const pid = await pidOf(browser);
    const rememberedFolder = await noteProfile(folder, pid, processes);
    log?.info({ pid, version: browser.version(), executablePath: chromium.executablePath }, "browser started");
    return trackProcess(browser, { pid, folder: rememberedFolder, log });
  } catch (error) {
    await removeInstanceFolder(folder);
    const { problem, remedy } = readLaunchProblem(messageOf(error));
    const facts = { executablePath: chromium.executablePath, problem, remedy };
    throw browserErrors.BROWSER_LAUNCH_FAILED(facts, { cause: error });
  }
}

function launchOptions(request: LaunchRequest, folder: InstanceFolder, marker: string): LaunchOptions {
  return {
    executablePath: request.chromium.executablePath,
    headless: request.headless,
    chromiumSandbox: request.sandbox,
    timeout: request.launchTimeoutMs,
    artifactsDir: folder.path,
    args: [marker],
    env: browserEnvironment(process.env, request.chromium.env),
    // The application decides when it ends, and closes the browser itself.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  };
}

/**
 * The environment of the browser: without this product's settings, which may hold keys; with a locale, because with none
 * headless shells report the language "en-US@posix", on which pages that use Intl fail. Pure.
 */
export function browserEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  added: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = Object.entries(own).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith("CASARE_"),
  );
  return { ...Object.fromEntries(kept), LANG: "en_US.UTF-8", ...added };
}

async function pidOf(browser: Browser): Promise<number | undefined> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo.find((info) => info.type === "browser")?.id;
}

async function noteProfile(
  folder: InstanceFolder,
  pid: number | undefined,
  processes: ProcessTable,
): Promise<InstanceFolder> {
  const row = pid === undefined ? undefined : await processes.row(pid);
  if (row === undefined) return folder;
  await rememberProfile(folder, row.commandLine);
  return { ...folder, profile: profileIn(row.commandLine) };
}

interface Tracked {
  readonly pid: number | undefined;
  readonly folder: InstanceFolder;
  readonly log: BrowserLog | undefined;
}

function trackProcess(browser: Browser, { pid, folder, log }: Tracked): BrowserProcess {
  const died = new AbortController();
  let closing = false;
  let openContexts = 0;
  let servedContexts = 0;
  let ended: Promise<void> | undefined;

  const gone = new Promise<void>((resolve) => {
    browser.once("disconnected", () => {
      if (!closing) {
        log?.error({ pid, openContexts }, "browser died");
        died.abort();
      }
      resolve();
    });
  });

  async function end(): Promise<void> {
    closing = true;
    if (!(await settlesWithin(browser.close(), CLOSE_TIMEOUT_MS))) {
      log?.warn({ pid }, "browser does not close and is ended by force");
      kill();
      await settlesWithin(gone, CLOSE_TIMEOUT_MS);
    }
    await removeInstanceFolder(folder).catch((error: unknown) => {
      log?.warn({ folder: folder.path, problem: messageOf(error) }, "folder of a closed browser stays behind");
    });
  }

  function kill(): void {
    if (pid === undefined || !browser.isConnected()) return;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended in this very moment.
    }
  }

  return {
    pid,
    version: browser.version(),
    died: died.signal,
    get isAlive() {
      return browser.isConnected();
    },
    get openContexts() {
      return openContexts;
    },
    get servedContexts() {
      return servedContexts;
    },
    async newContext(options) {
      openContexts += 1;
      servedContexts += 1;
      const deadline = startDeadline("Opening a browser context", CONTEXT_TIMEOUT_MS, died.signal);
      try {
        const context = await raceAbort(browser.newContext(options), deadline.signal, "Opening a browser context");
        let released = false;
        const release = (): void => {
          if (released) return;
          released = true;
          openContexts -= 1;
        };
        return { context, release };
      } catch (error) {
        openContexts -= 1;
        throw error;
      } finally {
        deadline.clear();
      }
    },
    kill,
    close() {
      ended ??= end();
      return ended;
    },
  };
}
