import { type ChildProcess, spawn } from "node:child_process";
import { access, constants, realpath } from "node:fs/promises";
import path from "node:path";
import type { Command, CommandResult, Commands } from "./commands.ts";
import { nodeErrors } from "./errors.ts";

export interface CommandsOptions {
  /** Names (`python3`) and absolute paths of programs; `*` for all. */
  readonly allowed: readonly string[];
  /** Absolute path of the working directory. */
  readonly workDir: string;
  /** Where programs get theirs from; default the process's. */
  readonly environment?: NodeJS.ProcessEnv;
}

const MAX_OUTPUT_BYTES = 10 * 1024 * 1024;
/** Between the request to end and the end by force. */
const GRACE_MS = 2_000;
/** The product's settings hold passwords and keys. */
const OWN_SETTING = /^CASARE_/i;

/** Runs programs of this machine as far as the list allows. */
export function createCommands({ allowed, workDir, environment = process.env }: CommandsOptions): Commands {
  const base = Object.fromEntries(Object.entries(environment).filter(([name]) => !OWN_SETTING.test(name)));
  return {
    async run(command, signal) {
      signal.throwIfAborted();
      const file = await findProgram(command.program, base["PATH"] ?? "");
      if (!(await isAllowed(command.program, file, allowed))) {
        throw nodeErrors.NODE_COMMAND_NOT_ALLOWED({ program: shown(command.program) });
      }
      if (file === undefined) throw nodeErrors.NODE_COMMAND_NOT_FOUND({ program: shown(command.program) });
      // It may have aborted while the program was looked up; a listener set from now on would not hear of it.
      signal.throwIfAborted();
      return runProgram(file, { ...command, cwd: command.cwd ?? workDir, env: { ...base, ...command.env } }, signal);
    },
  };
}

function shown(program: string): string {
  return JSON.stringify(program.slice(0, 200));
}

/** A name is looked up in PATH, never in the working directory, where a workflow may have put a file of that name. */
async function findProgram(program: string, searchPath: string): Promise<string | undefined> {
  if (program.includes("\0")) return undefined;
  if (path.isAbsolute(program)) return (await isExecutable(program)) ? program : undefined;
  if (program === "" || /[/\\]/.test(program)) return undefined;
  for (const folder of searchPath.split(path.delimiter).filter((entry) => path.isAbsolute(entry))) {
    const candidate = path.join(folder, program);
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** An allowed name allows what PATH finds under it; an allowed path allows this file, by whatever links it is called. */
async function isAllowed(program: string, file: string | undefined, allowed: readonly string[]): Promise<boolean> {
  if (allowed.includes("*")) return true;
  if (!path.isAbsolute(program)) return allowed.includes(program) || (await isOneOf(file, allowed));
  return isOneOf(file, allowed);
}

async function isOneOf(file: string | undefined, allowed: readonly string[]): Promise<boolean> {
  if (file === undefined) return false;
  const real = await realpath(file).catch(() => file);
  const paths = await Promise.all(
    allowed.filter((entry) => path.isAbsolute(entry)).map((entry) => realpath(entry).catch(() => entry)),
  );
  return paths.includes(real);
}

type Prepared = Omit<Command, "cwd" | "env"> & { readonly cwd: string; readonly env: NodeJS.ProcessEnv };

function runProgram(file: string, command: Prepared, signal: AbortSignal): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, command.args, {
      cwd: command.cwd,
      env: command.env,
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
      // A process group of its own, so that all it has started can be ended with it.
      detached: process.platform !== "win32",
    });
    let failure: unknown;
    const end = (reason: unknown): void => {
      failure ??= reason;
      endGroup(child);
    };
    const onAbort = (): void => end(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    const limit = command.maxOutputBytes ?? MAX_OUTPUT_BYTES;
    const tooLarge = (): void =>
      end(nodeErrors.NODE_COMMAND_OUTPUT_TOO_LARGE({ program: shown(command.program), limitBytes: limit }));
    const outputs = [child.stdout, child.stderr].map((stream) => collect(stream, limit, tooLarge));
    child.on("error", (error: NodeJS.ErrnoException) => {
      signal.removeEventListener("abort", onAbort);
      reject(nodeErrors.NODE_COMMAND_FAILED({ program: shown(command.program), reason: error.code ?? "an error" }));
    });
    child.on("close", (code, endedBy) => {
      signal.removeEventListener("abort", onAbort);
      if (failure !== undefined) {
        reject(failure);
        return;
      }
      const [stdout = new Uint8Array(), stderr = new Uint8Array()] = outputs.map((read) => read());
      resolve({ exitCode: code ?? undefined, signal: endedBy ?? undefined, stdout, stderr });
    });
    // A program that does not read its input is no failure.
    child.stdin.on("error", () => undefined);
    child.stdin.end(command.input ?? "");
  });
}

function collect(stream: NodeJS.ReadableStream, limit: number, onTooLarge: () => void): () => Uint8Array {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > limit) onTooLarge();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks);
}

/** Asks the program and all it has started to end, and ends them by force when they do not. */
function endGroup(child: ChildProcess): void {
  const send = (name: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      if (process.platform === "win32") child.kill(name);
      else process.kill(-child.pid, name);
    } catch {
      // It has ended meanwhile.
    }
  };
  send("SIGTERM");
  const force = setTimeout(() => send("SIGKILL"), GRACE_MS);
  child.once("close", () => {
    clearTimeout(force);
    // What it started may live on without it.
    send("SIGKILL");
  });
}
