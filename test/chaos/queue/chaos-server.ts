/** The embedded PostgreSQL of the product, which can be killed and comes back on the same port and data. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pause } from "../../../src/core/deadline.ts";
import { messageOf } from "../../../src/core/errors.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../../src/database/index.ts";
import { killProcess } from "./kill-process.ts";

export interface ChaosServer {
  readonly port: number;
  /** For programs under test, as the product's role. */
  readonly url: string;
  /** For the run itself. */
  readonly adminUrl: string;
  readonly dataDir: string;
  /**
   * SIGKILL of the postmaster, and a new one `downMs` later; resolves when that one answers.
   *
   * One kill at a time, and the next one not before the server has been up for `upMs`: where starts are slow, it would never be.
   */
  kill(options: { readonly upMs: number; readonly downMs: number }): Promise<void>;
  close(): Promise<void>;
}

const START_TRIES = 5;
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Errors such as deadlocks are told in full: there are no secrets in this database. */
const SETTINGS = { log_min_messages: "error", log_min_error_statement: "error", log_error_verbosity: "default" };

/** @param note is told what becomes of it. */
export async function startChaosServer(
  home: string,
  context: { readonly signal: AbortSignal; readonly note: (line: string) => void },
): Promise<ChaosServer> {
  const { signal, note } = context;
  const start = (port?: number): Promise<EmbeddedPostgres> =>
    startEmbeddedPostgres({ home, log: SILENT, signal, settings: SETTINGS, ...(port !== undefined && { port }) });
  const first = await start();
  const { port, url, adminUrl, dataDir } = first;
  let current: EmbeddedPostgres | undefined = first;
  let killing: Promise<void> = Promise.resolve();
  let upSinceMs = performance.now();

  async function startAgain(): Promise<EmbeddedPostgres> {
    for (let tries = 1; ; tries++) {
      try {
        return await start(port);
      } catch (error) {
        note(`the server did not start again: ${messageOf(error)}`);
        if (tries >= START_TRIES || signal.aborted) throw error;
        await pause(500, signal);
      }
    }
  }

  async function killNow({ upMs, downMs }: { readonly upMs: number; readonly downMs: number }): Promise<void> {
    await pause(Math.max(0, upSinceMs + upMs - performance.now()), signal);
    if (current === undefined || signal.aborted) return;
    await killProcess(await postmasterOf(dataDir), dataDir);
    // Ends the product's own supervision, whose pauses grow with every start: here a kill is the rule.
    await current.close(1);
    current = undefined;
    await pause(downMs, signal);
    current = await startAgain();
    upSinceMs = performance.now();
  }

  return {
    port,
    url,
    adminUrl,
    dataDir,
    kill(options) {
      killing = killing.then(() => killNow(options));
      return killing;
    },
    async close() {
      await killing.catch(() => undefined);
      await current?.close();
    },
  };
}

async function postmasterOf(dataDir: string): Promise<number> {
  const [line] = (await readFile(path.join(dataDir, "postmaster.pid"), "utf8")).split("\n");
  const pid = Number(line);
  if (!Number.isInteger(pid) || pid <= 1) throw new Error(`${dataDir} names no server process`);
  return pid;
}
