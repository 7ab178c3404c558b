import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type BrowserConfig,
  type BrowserManager,
  browserConfig,
  createBrowserManager,
  resolveChromium,
} from "../../src/browser/index.ts";

/** Where tests keep the unpacked browser, so that it is unpacked once and not by each of them. */
export const testCacheDir = fileURLToPath(new URL("../../node_modules/.cache/casare", import.meta.url));

/** A line that went to the log. */
interface LogLine {
  readonly level: "info" | "warn" | "error";
  readonly facts: object;
  readonly message: string;
}

/** A manager with a home of its own. */
export interface TestBrowser {
  readonly manager: BrowserManager;
  readonly home: string;
  readonly log: readonly LogLine[];
  /** Ends the browser and removes the home. */
  close(): Promise<void>;
}

/** Makes a manager over the real browser of this machine; nothing is started yet. */
export async function openTestBrowser(config: Partial<BrowserConfig> = {}): Promise<TestBrowser> {
  const home = await mkdtemp(join(tmpdir(), "casare-browser-"));
  const log: LogLine[] = [];
  const write = (level: LogLine["level"]) => (facts: object, message: string) => log.push({ level, facts, message });
  const manager = createBrowserManager({
    home,
    config: { ...browserConfig.parse({}), ...config },
    log: { info: write("info"), warn: write("warn"), error: write("error") },
    resolve: (request) => resolveChromium({ ...request, env: process.env, cacheDir: testCacheDir }),
  });
  return {
    manager,
    home,
    log,
    async close() {
      await manager.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** HTML text, or what answers a request. */
export type TestPage = string | ((request: IncomingMessage, response: ServerResponse) => void);

export interface TestSite {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves pages by path on a free port of 127.0.0.1; other paths answer 404. */
export async function servePages(pages: Readonly<Record<string, TestPage>>): Promise<TestSite> {
  const server = createServer((request, response) => {
    const page = pages[new URL(request.url ?? "/", "http://site").pathname];
    if (typeof page === "function") return page(request, response);
    response.writeHead(page === undefined ? 404 : 200, { "content-type": "text/html; charset=utf-8" });
    response.end(page ?? "<title>missing</title>");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the site has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
