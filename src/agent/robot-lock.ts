import { link, mkdir, readFile, rename, rm, rmdir, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { pause } from "../core/deadline.ts";
import { messageOf } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { agentErrors } from "./errors.ts";

/** Who holds a robot's folder. `bornAt` tells a process from a later one with the same number. */
const owner = z.object({ pid: z.int().min(1), bornAt: z.string(), hostname: z.string(), token: z.string() });
type Owner = z.output<typeof owner>;

/** Another machine's process cannot be seen; its lock counts as long as it is refreshed, milliseconds. */
const REFRESH_MS = 15_000;
const FORGOTTEN_MS = 60_000;
/** A take-over is a few file operations; one that lasts this long was abandoned, milliseconds. */
const TAKE_OVER_MS = 10_000;

/** The right to be the robot of this folder. */
export interface RobotLock {
  /** Gives it up; never rejects. */
  release(): Promise<void>;
}

/**
 * Makes sure that one process only is the robot of this folder. A lock that a dead process left is taken over.
 *
 * Rejects with AGENT_NAME_IN_USE, or AGENT_FOLDER_UNUSABLE when the folder cannot be written.
 */
export async function lockRobot(folder: string, name: string): Promise<RobotLock> {
  const file = join(folder, "robot.lock");
  const self: Owner = {
    pid: process.pid,
    bornAt: await birthOf(process.pid),
    hostname: hostname(),
    token: newId(),
  };
  const draft = `${file}.${self.token}`;
  try {
    await writeFile(draft, JSON.stringify(self), { flag: "wx", mode: 0o600 });
  } catch (error) {
    throw agentErrors.AGENT_FOLDER_UNUSABLE({ folder, problem: messageOf(error) }, { cause: error });
  }
  try {
    await take({ file, draft, name });
  } finally {
    await rm(draft, { force: true });
  }
  const refresh = setInterval(() => {
    const now = new Date();
    // When the file is gone there is nothing to refresh.
    utimes(file, now, now).catch(() => undefined);
  }, REFRESH_MS);
  refresh.unref();
  return {
    async release() {
      clearInterval(refresh);
      const lock = await readLock(file).catch(() => undefined);
      if (lock?.kind !== "held" || lock.token !== self.token) return;
      // What cannot be removed is taken over by the next process.
      await rm(file, { force: true }).catch(() => undefined);
    },
  };
}

async function take({ file, draft, name }: { file: string; draft: string; name: string }): Promise<void> {
  const deadlineMs = Date.now() + 2 * TAKE_OVER_MS;
  for (;;) {
    // Of all who link, one wins, and nobody ever sees a half-written lock.
    if (await succeeds(link(draft, file), "EEXIST")) return;
    const lock = await readLock(file);
    if (lock.kind === "held") throw agentErrors.AGENT_NAME_IN_USE({ name, ...lock.by });
    if (await takeOver(file, draft)) return;
    if (Date.now() > deadlineMs) throw agentErrors.AGENT_NAME_IN_USE({ name, pid: 0, hostname: hostname() });
    await pause(20);
  }
}

/** Replaces a dead lock. One process at a time may, so that none replaces the living lock of the one before it. */
async function takeOver(file: string, draft: string): Promise<boolean> {
  const gate = `${file}.gate`;
  if (!(await succeeds(mkdir(gate), "EEXIST"))) {
    const made = await stat(gate).catch(() => undefined);
    // Its maker died in between.
    if (made !== undefined && Date.now() - made.mtimeMs > TAKE_OVER_MS) await rmdir(gate).catch(() => undefined);
    return false;
  }
  try {
    // A missing lock is for `link`: a new one could come to be between this look and the rename.
    if ((await readLock(file)).kind !== "dead") return false;
    await rename(draft, file);
    return true;
  } finally {
    await rmdir(gate);
  }
}

/** False when it fails for that reason. */
async function succeeds(work: Promise<unknown>, expectedCode: string): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === expectedCode) return false;
    throw error;
  }
}

type Lock =
  | { readonly kind: "missing" | "dead" }
  | { readonly kind: "held"; readonly by: Pick<Owner, "pid" | "hostname">; readonly token: string };

async function readLock(file: string): Promise<Lock> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return { kind: "missing" };
    throw error;
  }
  const current = readOwner(text);
  if (current === undefined || !(await isHeld(current, file))) return { kind: "dead" };
  return { kind: "held", by: { pid: current.pid, hostname: current.hostname }, token: current.token };
}

function readOwner(text: string): Owner | undefined {
  try {
    return owner.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // not JSON, so no lock of ours
  }
}

async function isHeld(candidate: Owner, file: string): Promise<boolean> {
  if (candidate.hostname !== hostname()) {
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: 0 }));
    return Date.now() - mtimeMs < FORGOTTEN_MS;
  }
  if (!exists(candidate.pid)) return false;
  const bornAt = await birthOf(candidate.pid);
  return bornAt === "" || candidate.bornAt === "" || bornAt === candidate.bornAt;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It exists and is another user's.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** When a process began: boot and clock ticks (proc(5), stat field 22); "" where the system does not tell. */
async function birthOf(pid: number): Promise<string> {
  if (process.platform !== "linux") return "";
  try {
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    const line = await readFile(`/proc/${pid}/stat`, "utf8");
    const afterName = line.slice(line.lastIndexOf(") ") + 2).split(" ");
    return `${boot.trim()} ${afterName[19] ?? ""}`;
  } catch {
    return ""; // gone meanwhile, or hidden
  }
}
