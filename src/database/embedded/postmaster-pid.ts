import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { readIfThere } from "./layout.ts";

/** What a server says about itself in `postmaster.pid`; the file stays behind when it is killed. */
export interface PostmasterPid {
  readonly pid: number;
  readonly port: number;
  /** `starting`, `stopping`, `ready`, `standby`; empty while it is being written. */
  readonly status: string;
}

/** @see https://www.postgresql.org/docs/18/storage-file-layout.html and miscadmin.h, "LOCK_FILE_LINE_…" */
export function parsePostmasterPid(text: string): PostmasterPid | undefined {
  const lines = text.split("\n");
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number.isInteger(port) ? port : 0, status: (lines[7] ?? "").trim() };
}

export async function readPostmasterPid(dataDir: string): Promise<PostmasterPid | undefined> {
  const text = await readIfThere(path.join(dataDir, "postmaster.pid"));
  return text === undefined ? undefined : parsePostmasterPid(text);
}

/**
 * What runs under a process id: the server of this data folder, something else (ids are used again, in containers
 * often), or nothing.
 */
export async function identifyProcess(pid: number, dataDir: string): Promise<"server" | "other" | "nothing"> {
  if (!isAlive(pid)) return "nothing";
  const command = await readCommand(pid);
  if (command === "") return "nothing"; // a zombie: it has ended and nobody has waited for it
  return command.includes(`postgres -D ${dataDir} `) ? "server" : "other";
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Program and arguments with a space after each. */
async function readCommand(pid: number): Promise<string> {
  if (process.platform === "linux") {
    const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    return text.replaceAll("\0", " ");
  }
  const { stdout } = await promisify(execFile)("ps", ["-o", "command=", "-p", String(pid)]).catch(() => ({
    stdout: "",
  }));
  return stdout.trim() === "" ? "" : `${stdout.trim()} `;
}
