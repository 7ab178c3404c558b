import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { pause } from "../../core/deadline.ts";
import { databaseErrors } from "../errors.ts";
import { type Account, spawnAs } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { type Control, greet } from "./control-connection.ts";
import { type Credentials, SERVER_ENVIRONMENT } from "./init-cluster.ts";
import { type Layout, readIfThere, replaceFile } from "./layout.ts";
import { identifyProcess, readPostmasterPid } from "./postmaster-pid.ts";
import { lastLines, logSize, openLog, readLogFrom } from "./server-log.ts";
import { explainStartFailure } from "./start-failure.ts";
import { stopServer } from "./stop-server.ts";

/** All that is needed to start one server again and again. */
export interface ServerPlan {
  readonly binaries: Binaries;
  readonly layout: Layout;
  readonly account: Account;
  readonly credentials: Credentials;
  readonly settings: Readonly<Record<string, string>>;
  /** Milliseconds without any sign of life after which a server that was found running counts as wedged. */
  readonly wedgedAfterMs: number;
}

export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  readonly control: Control;
  /** True when it was running already. */
  readonly adopted: boolean;
}

/** Structural settings: they hold whatever `postgresql.conf` says. Values of rows never get into the log. */
const FIXED_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  log_min_messages: "log",
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
};

const POLL_MS = 50;
const LINGER_MS = 500;
const PORT_TRIES = 10;

/**
 * The server of the data folder, running and answering: the one that runs already, or a new one.
 *
 * @param port a port it must get, or undefined for the remembered one or any.
 */
export async function bringUp(plan: ServerPlan, port: number | undefined, signal: AbortSignal): Promise<RunningServer> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    const joined = await joinRunning(plan, signal);
    if (joined !== undefined) return joined;
    const launched = await launch(plan, await choosePort(plan.layout, port), signal);
    if (launched.kind === "up") {
      await replaceFile(plan.layout.portFile, `${launched.server.port}\n`);
      return launched.server;
    }
    if (launched.kind === "port-in-use" && (port !== undefined || attempt >= PORT_TRIES)) {
      throw databaseErrors.DATABASE_PORT_IN_USE({ port: launched.port });
    }
    // Another start was faster, or children of a killed server still end: look again.
    if (launched.kind !== "port-in-use") await pause(LINGER_MS, signal);
  }
}

async function joinRunning(plan: ServerPlan, signal: AbortSignal): Promise<RunningServer | undefined> {
  const { dataDir } = plan.layout;
  const file = await readPostmasterPid(dataDir);
  if (file === undefined) return undefined;
  const identity = await identifyProcess(file.pid, dataDir);
  if (identity === "nothing") return undefined;
  if (identity === "other") {
    // PostgreSQL would take the stranger for its predecessor and refuse to start.
    await rm(path.join(dataDir, "postmaster.pid"), { force: true });
    return undefined;
  }
  const answer = await waitUntilReady(plan, file.pid, { silenceMs: plan.wedgedAfterMs, signal });
  if (answer.kind === "ready") return { pid: file.pid, port: answer.port, control: answer.control, adopted: true };
  if (answer.kind === "silent") await stopServer({ pid: file.pid, dataDir }, 0);
  return undefined;
}

type Launch =
  | { readonly kind: "up"; readonly server: RunningServer }
  | { readonly kind: "port-in-use"; readonly port: number }
  | { readonly kind: "look-again" };

async function launch(plan: ServerPlan, port: number, signal: AbortSignal): Promise<Launch> {
  const { dataDir, logFile, home } = plan.layout;
  const logStart = await logSize(logFile);
  const pid = await spawnServer(plan, port);
  try {
    const answer = await waitUntilReady(plan, pid, { silenceMs: Number.POSITIVE_INFINITY, signal });
    if (answer.kind === "ready") {
      return { kind: "up", server: { pid, port: answer.port, control: answer.control, adopted: false } };
    }
  } catch (error) {
    await stopServer({ pid, dataDir }, 0);
    throw error;
  }
  const text = await readLogFrom(logFile, logStart);
  const failure = explainStartFailure(text);
  const log = lastLines(text);
  if (failure.kind === "port-in-use") return { kind: "port-in-use", port };
  if (failure.kind === "running" || failure.kind === "lingering") return { kind: "look-again" };
  const { reason } = failure;
  if (failure.kind === "full") throw databaseErrors.DATABASE_FULL({ reason });
  if (failure.kind === "corrupt") throw databaseErrors.DATABASE_CORRUPT({ where: home, reason, log });
  throw databaseErrors.DATABASE_START_FAILED({ home, reason, log });
}

/** Starts the program in a session of its own, so that Ctrl-C in the terminal does not reach it. */
async function spawnServer(plan: ServerPlan, port: number): Promise<number> {
  const { layout, binaries } = plan;
  const settings = Object.entries({ ...FIXED_SETTINGS, ...plan.settings });
  const log = await openLog(layout.logFile);
  try {
    const child = spawn(
      binaries.postgres,
      ["-D", layout.dataDir, "-p", String(port), ...settings.flatMap(([name, value]) => ["-c", `${name}=${value}`])],
      {
        ...spawnAs(plan.account),
        cwd: "/",
        env: SERVER_ENVIRONMENT,
        stdio: ["ignore", log.fd, log.fd],
        detached: true,
      },
    );
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    child.unref();
    return child.pid ?? 0;
  } finally {
    await log.close();
  }
}

type Answer =
  | { readonly kind: "ready"; readonly port: number; readonly control: Control }
  | { readonly kind: "ended" }
  | { readonly kind: "silent" };

async function waitUntilReady(
  plan: ServerPlan,
  pid: number,
  limits: { readonly silenceMs: number; readonly signal: AbortSignal },
): Promise<Answer> {
  const { dataDir, home } = plan.layout;
  let lastSignMs = performance.now();
  for (;;) {
    if ((await identifyProcess(pid, dataDir)) !== "server") return { kind: "ended" };
    const file = await readPostmasterPid(dataDir);
    const port = file?.pid === pid ? file.port : 0;
    const greeting = port > 0 ? await greet(port, dataDir, plan.credentials) : undefined;
    if (greeting?.kind === "ready") return { kind: "ready", port, control: greeting.control };
    if (greeting?.kind === "stranger") {
      throw databaseErrors.DATABASE_START_FAILED({ home, reason: greeting.reason });
    }
    if (greeting?.kind === "busy" || file?.status === "starting") lastSignMs = performance.now();
    if (performance.now() - lastSignMs > limits.silenceMs) return { kind: "silent" };
    if (!(await pause(POLL_MS, limits.signal))) throw limits.signal.reason;
  }
}

async function choosePort(layout: Layout, wanted: number | undefined): Promise<number> {
  if (wanted !== undefined) return wanted;
  const remembered = Number(await readIfThere(layout.portFile));
  if (Number.isInteger(remembered) && remembered > 0 && (await listenOnce(remembered)) !== undefined) return remembered;
  return (await listenOnce(0)) ?? 0;
}

/** @returns the port when it could be had; 0 asks for any. */
function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once("error", () => resolve(undefined));
    probe.listen(port, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" ? address?.port : undefined));
    });
  });
}
