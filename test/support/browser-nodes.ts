import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { BrowserSession } from "../../src/browser/index.ts";
import type { JsonValue } from "../../src/core/json.ts";
import type { AnyNode } from "../../src/execution/index.ts";
import { openTestBrowser } from "./browser.ts";

/** Runs single nodes in a real browser, without an engine around them. */
export interface BrowserNodeRunner {
  /** @param config as in a workflow file. Gives the outputs; rejects with the node's error. */
  run(
    node: AnyNode,
    config?: Readonly<Record<string, JsonValue>>,
    options?: { readonly signal?: AbortSignal; readonly timeoutMs?: number },
  ): Promise<Readonly<Record<string, JsonValue | undefined>>>;
  readonly session: BrowserSession;
  readonly browserPid: number | undefined;
  readonly workDir: string;
  readonly variables: ReadonlyMap<string, JsonValue>;
  readonly log: readonly { readonly level: string; readonly message: string }[];
  readonly artifacts: readonly { readonly path: string; readonly contentType: string | undefined }[];
  /** Forgets page, cookies, variables, log lines and artifacts. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** Makes a runner; the browser starts with the first node. */
export async function openBrowserNodeRunner(): Promise<BrowserNodeRunner> {
  const browser = await openTestBrowser();
  const workDir = await mkdtemp(join(tmpdir(), "casare-work-"));
  const session = browser.manager.openSession({ jobId: "1", downloadsDir: join(workDir, "downloads") });
  const variables = new Map<string, JsonValue>();
  const log: { level: string; message: string }[] = [];
  const artifacts: { path: string; contentType: string | undefined }[] = [];
  const files = { workDir, resolve: (path: string) => resolve(workDir, path) };
  return {
    session,
    workDir,
    variables,
    log,
    artifacts,
    get browserPid() {
      return browser.manager.running?.pid;
    },
    async run(node, config = {}, { signal = new AbortController().signal, timeoutMs } = {}) {
      const context = {
        browser: session,
        files,
        nodeId: "node_1",
        config: node.config.parse(config),
        extra: {},
        signal,
        timeoutMs,
        variables: {
          get: (name: string) => variables.get(name),
          has: (name: string) => variables.has(name),
          set: (name: string, value: JsonValue) => void variables.set(name, value),
          delete: (name: string) => void variables.delete(name),
        },
        now: () => new Date("2026-01-01T00:00:00Z"),
        random: () => 0.5,
        log: (level: string, message: string) => void log.push({ level, message }),
        evaluate: () => null,
        addArtifact: (path: string, contentType?: string) => void artifacts.push({ path, contentType }),
      };
      return (await node.run(context as never)).outputs ?? {};
    },
    async reset() {
      await session.close();
      variables.clear();
      log.length = 0;
      artifacts.length = 0;
      await rm(workDir, { recursive: true, force: true });
    },
    async close() {
      await session.close();
      await browser.close();
      await rm(workDir, { recursive: true, force: true });
    },
  };
}
