import { stat } from "node:fs/promises";
import path from "node:path";
import { deadlineErrors, pause, startDeadline } from "../../core/deadline.ts";
import { AppError, hasCode } from "../../core/errors.ts";
import { databaseErrors } from "../errors.ts";
import { type Account, chooseAccount } from "./account.ts";
import { findPlatformPackage, type PlatformPackage, prepareBinaries } from "./binaries.ts";
import { bringUp, type RunningServer, type ServerPlan } from "./bring-up.ts";
import { ensureDatabase, takeOwnership } from "./control-connection.ts";
import { explainFailure } from "./explain-failure.ts";
import { ADMIN_ROLE, APPLICATION_ROLE, ensureCluster } from "./init-cluster.ts";
import { FALLBACK_ROOT, isMissing, type Layout, prepareLayout, readIfThere } from "./layout.ts";
import { boundLog } from "./server-log.ts";
import { stopServer } from "./stop-server.ts";

/** Where the server's life is told; a `Logger` of the logging area fits. */
export interface ServerLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** Where and how the server runs. */
export interface EmbeddedPostgresOptions {
  /** The product's folder (CASARE_HOME); the database lies in `postgres` in it. Made when missing. */
  readonly home: string;
  /** A port of 127.0.0.1 it must get; default the one of the last start, or any free one. */
  readonly port?: number;
  readonly log: ServerLog;
  /** Aborts the start; afterwards `close` ends the server. */
  readonly signal?: AbortSignal;
  /** Server settings that win over the built-in ones. `fsync: "off"` is for tests: a crash loses the data. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Milliseconds for a start with recovery; default 300 000. */
  readonly startTimeoutMs?: number;
  /** Milliseconds without a sign of life after which a server found running is replaced; default 15 000. */
  readonly wedgedAfterMs?: number;
  /** Where data and program go when the server's account cannot reach home; default `/var/lib/casare`. */
  readonly fallbackRoot?: string;
}

/** A running server of our own; end it with `close`. */
export interface EmbeddedPostgres {
  /** For `openDatabase`: the product's database, as a role that is no superuser. Holds the password. */
  readonly url: string;
  /** The same as superuser, for maintenance. Holds the password. */
  readonly adminUrl: string;
  readonly dataDir: string;
  readonly port: number;
  /** True when a server was found running that had outlived its process. */
  readonly adopted: boolean;
  /** Called once, when the server is gone for good although nobody called `close`; at once if it has happened. */
  onExit(listener: (error: AppError) => void): void;
  /** Ends the server: fast shutdown, at most `timeoutMs` (default 15 000), then immediate shutdown. */
  close(timeoutMs?: number): Promise<void>;
}

const STARTING = "the start of the embedded PostgreSQL";
const CLOSE_MS = 15_000;
const LOG_CHECK_MS = 60_000;
const FIRST_RETRY_MS = 100;
/** A server that lived so long did not end because of how it was started. */
const STABLE_MS = 60_000;
const LONGEST_RETRY_MS = 30_000;

/**
 * Runs the bundled PostgreSQL for one home and keeps it running until `close`.
 *
 * The server outlives a killed process and is adopted by the next start. Only one process runs it: a second start
 * rejects with DATABASE_IN_USE. Also rejects with DATABASE_NO_BINARY, DATABASE_PORT_IN_USE, DATABASE_CORRUPT,
 * DATABASE_DATA_MISSING, DATABASE_FULL or DATABASE_START_FAILED.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { home, log } = options;
  const deadline = startDeadline(STARTING, options.startTimeoutMs ?? 300_000, options.signal);
  try {
    const plan = await preparePlan(options, deadline.signal);
    const server = await claimServer(plan, options.port, deadline.signal);
    log.info({ pid: server.pid, port: server.port, adopted: server.adopted }, "embedded postgres is running");
    return supervise(plan, server, log);
  } catch (error) {
    throw deadline.signal.aborted ? explainAbort(deadline.signal.reason) : explainFailure(error, home);
  } finally {
    deadline.clear();
  }
}

async function preparePlan(options: EmbeddedPostgresOptions, signal: AbortSignal): Promise<ServerPlan> {
  const platformPackage = await findPlatformPackage();
  const fallbackRoot = options.fallbackRoot ?? FALLBACK_ROOT;
  const layout = await prepareLayout(options.home, chooseAccount(), fallbackRoot);
  const account = await accountOf(layout);
  const binaries = await prepareBinaries(platformPackage, layout, account, fallbackRoot);
  const settings = options.settings ?? {};
  const isDurable = settings["fsync"] !== "off";
  const credentials = await ensureCluster(binaries, layout, { account, isDurable, signal });
  await checkDataFolder(layout, platformPackage);
  return { binaries, layout, account, credentials, settings, wedgedAfterMs: options.wedgedAfterMs ?? 15_000 };
}

/** Root runs an existing cluster as the account that made it, because PostgreSQL wants to own its folder. */
async function accountOf(layout: Layout): Promise<Account> {
  const account = chooseAccount();
  if (!account.isDropped || (await isMissing(layout.dataDir))) return account;
  const { uid, gid } = await stat(layout.dataDir);
  return uid === 0 ? account : { uid, gid, isDropped: true };
}

async function checkDataFolder(layout: Layout, { version }: PlatformPackage): Promise<void> {
  const file = path.join(layout.dataDir, "PG_VERSION");
  const made = await readIfThere(file);
  if (made === undefined) {
    throw databaseErrors.DATABASE_CORRUPT({ where: layout.home, reason: `${file} is missing` });
  }
  const [major] = version.split(".");
  if (made.trim() === major) return;
  throw databaseErrors.DATABASE_START_FAILED({
    home: layout.home,
    reason: `its data was made by PostgreSQL ${made.trim()} and this release brings ${major}; start the release that made it, or restore a backup into a new home`,
  });
}

async function claimServer(plan: ServerPlan, port: number | undefined, signal: AbortSignal): Promise<RunningServer> {
  const server = await bringUp(plan, port, signal);
  try {
    if (!(await takeOwnership(server.control, signal))) {
      throw databaseErrors.DATABASE_IN_USE({ home: plan.layout.home });
    }
    await ensureDatabase(server.control, plan.credentials);
    return server;
  } catch (error) {
    await server.control.client.end().catch(() => undefined);
    // Nobody waits for it any more, and nobody else can have been told of it.
    if (signal.aborted && !server.adopted) await stopServer({ pid: server.pid, dataDir: plan.layout.dataDir }, 0);
    throw error;
  }
}

function explainAbort(reason: unknown): AppError {
  if (reason instanceof AppError) return reason;
  return deadlineErrors.CORE_ABORTED({ what: STARTING }, { cause: reason });
}

/** Keeps the server running: restarts it when it ends, on the same port, because pools know that one. */
function supervise(plan: ServerPlan, first: RunningServer, log: ServerLog): EmbeddedPostgres {
  const { layout, credentials } = plan;
  const { port } = first;
  const closing = new AbortController();
  const exitListeners: ((error: AppError) => void)[] = [];
  let server = first;
  let exitError: AppError | undefined;

  let delayMs = FIRST_RETRY_MS;

  async function restart(): Promise<boolean> {
    for (;;) {
      if (!(await pause(delayMs, closing.signal))) return false;
      delayMs = Math.min(delayMs * 2, LONGEST_RETRY_MS);
      try {
        const next = await claimServer(plan, port, closing.signal);
        if (next.port !== port) {
          // Somebody ran it meanwhile and has gone; the pools of this process look for it on their port.
          await next.control.client.end();
          await stopServer({ pid: next.pid, dataDir: layout.dataDir }, CLOSE_MS);
          continue;
        }
        server = next;
        log.info({ pid: server.pid, port, adopted: server.adopted }, "embedded postgres is running again");
        return true;
      } catch (error) {
        if (closing.signal.aborted) return false;
        const failure = explainFailure(error, layout.home);
        log.error({ error: failure, nextTryMs: delayMs }, "embedded postgres could not be restarted");
        if (!isWorthRetrying(failure)) {
          exitError = failure;
          for (const listener of exitListeners) listener(failure);
          return false;
        }
      }
    }
  }

  async function watch(): Promise<void> {
    const logCheck = setInterval(() => void boundLog(layout.logFile).catch(() => undefined), LOG_CHECK_MS);
    logCheck.unref();
    try {
      for (;;) {
        const startedMs = performance.now();
        await Promise.race([server.control.ended, aborted(closing.signal)]);
        if (closing.signal.aborted) return;
        if (performance.now() - startedMs > STABLE_MS) delayMs = FIRST_RETRY_MS;
        log.warn({ pid: server.pid, port }, "embedded postgres ended unexpectedly");
        if (!(await restart())) return;
      }
    } finally {
      clearInterval(logCheck);
    }
  }

  const watching = watch();
  let closed: Promise<void> | undefined;

  async function close(timeoutMs: number): Promise<void> {
    closing.abort();
    await watching;
    if (exitError !== undefined) return;
    await server.control.client.end().catch(() => undefined);
    const how = await stopServer({ pid: server.pid, dataDir: layout.dataDir }, timeoutMs);
    log.info({ pid: server.pid, how }, "embedded postgres stopped");
  }

  return {
    url: urlOf(APPLICATION_ROLE, credentials.password, port),
    adminUrl: urlOf(ADMIN_ROLE, credentials.adminPassword, port),
    dataDir: layout.dataDir,
    port,
    adopted: first.adopted,
    onExit(listener) {
      if (exitError !== undefined) listener(exitError);
      else exitListeners.push(listener);
    },
    close(timeoutMs = CLOSE_MS) {
      closed ??= close(timeoutMs);
      return closed;
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** A full disk is emptied by people and a port is freed; a damaged folder does not heal, and a new owner stays. */
function isWorthRetrying(failure: AppError): boolean {
  return !hasCode(failure, "DATABASE_CORRUPT") && !hasCode(failure, "DATABASE_IN_USE");
}

function urlOf(role: string, password: string, port: number): string {
  return `postgres://${role}:${password}@127.0.0.1:${port}/${APPLICATION_ROLE}`;
}
