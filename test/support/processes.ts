import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MAIN = new URL("../../dist/cli/main.js", import.meta.url).pathname;

export interface ProcessOptions {
  /** Added to a clean environment: PATH, HOME, LANG and TMPDIR only. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Given on stdin; without it stdin is at its end. */
  readonly input?: string | Uint8Array;
  /** Milliseconds until the process is killed; default 120 000. */
  readonly timeoutMs?: number;
}

export interface ProcessResult {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningProcess {
  readonly pid: number;
  /** All it has written so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves with the first match in stdout; rejects when the process ends without one, or after `timeoutMs` (default 60 000). */
  waitFor(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<ProcessResult>;
}

/** Runs `casare` with these arguments to its end. */
export async function runCasare(args: readonly string[], options: ProcessOptions = {}): Promise<ProcessResult> {
  return startCasare(args, options).ended;
}

/** Starts `casare` with these arguments; it is killed after `timeoutMs`. */
export function startCasare(args: readonly string[], options: ProcessOptions = {}): RunningProcess {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: options.cwd ?? tmpdir(),
    env: { ...inheritedEnvironment(), ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  // A process that ends before it has read its input is what some tests are about.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  return watch(child, options.timeoutMs ?? 120_000);
}

function watch(child: ChildProcess, timeoutMs: number): RunningProcess {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  const ended = once(child, "close").then(([code]: unknown[]) => {
    clearTimeout(timer);
    return { exitCode: typeof code === "number" ? code : undefined, stdout, stderr };
  });
  return {
    pid: child.pid ?? 0,
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    async waitFor(pattern, waitMs = 60_000) {
      const found = await until(() => pattern.exec(stdout) ?? (child.exitCode !== null ? "ended" : undefined), waitMs);
      if (found !== undefined && found !== "ended") return found;
      const why = found === "ended" ? `it ended with ${child.exitCode}` : `${waitMs} ms have passed`;
      throw new Error(`no ${pattern} on stdout: ${why}\n--- stdout\n${stdout}\n--- stderr\n${stderr}`);
    },
    signal: (name) => {
      child.kill(name);
    },
    ended,
  };
}

function inheritedEnvironment(): Record<string, string> {
  const kept = new Set(["PATH", "HOME", "LANG", "TMPDIR", "CASARE_CHROMIUM_PATH"]);
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => kept.has(entry[0]) && entry[1] !== undefined,
    ),
  );
}

/** Polls a condition of the outside world until it holds. @returns undefined after `timeoutMs`. */
export async function until<T>(
  condition: () => T | undefined | Promise<T | undefined>,
  timeoutMs: number,
): Promise<T | undefined> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined) return value;
    if (performance.now() >= end) return undefined;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A folder of its own for one test; `remove` deletes it with all that is in it. */
export async function createFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "casare-e2e-"));
  // As root the embedded database runs as another user, who must get there.
  await chmod(path, 0o755);
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("the probe has no port");
  return address.port;
}

/**
 * Processes that mention the text in their command line or environment: all that a product with that home folder runs.
 *
 * Linux only; zombies do not count.
 */
export async function findProcesses(
  text: string,
): Promise<readonly { readonly pid: number; readonly command: string }[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [command, environment] = await Promise.all([readProc(pid, "cmdline"), readProc(pid, "environ")]);
      return command !== "" && `${command}\n${environment}`.includes(text)
        ? [{ pid: Number(pid), command: command.replaceAll("\0", " ").trim() }]
        : [];
    }),
  );
  return found.flat();
}

async function readProc(pid: string, file: string): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/${file}`, "utf8");
  } catch {
    // It has ended meanwhile, or belongs to somebody else.
    return "";
  }
}
