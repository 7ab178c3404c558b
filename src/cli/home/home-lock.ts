import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { pause } from "../../core/deadline.ts";
import { messageOf } from "../../core/errors.ts";
import { cliErrors } from "../errors.ts";

/** Who holds the home folder. `startedAt` tells the process from a later one with the same number. */
const holder = z.object({ pid: z.int().min(1), startedAt: z.string(), token: z.string() });
type Holder = z.output<typeof holder>;

export interface HomeLock {
  /** Gives the folder back; never rejects. */
  release(): Promise<void>;
}

/** Replacing a dead lock takes a few file operations; a replacement under way for longer was abandoned, milliseconds. */
const REPLACEMENT_MS = 10_000;
const LOOK_AGAIN_MS = 20;

/**
 * Reserves the home folder for this process, so that no two processes run its database and its robot.
 *
 * A lock whose process has died is replaced. Rejects with CLI_HOME_IN_USE, or CLI_HOME_NOT_WRITABLE.
 */
export async function lockHome(home: string): Promise<HomeLock> {
  const lockFile = join(home, "casare.lock");
  const token = randomUUID();
  const draft = `${lockFile}.${token}`;
  try {
    const mine: Holder = { pid: process.pid, startedAt: (await startOf(process.pid)) ?? "", token };
    await writeFile(draft, JSON.stringify(mine), { flag: "wx", mode: 0o600 });
    await take(home, { lockFile, draft });
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw cliErrors.CLI_HOME_NOT_WRITABLE({ home, problem: messageOf(error) }, { cause: error });
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
  return {
    async release() {
      const lock = await readLock(lockFile).catch(() => undefined);
      // What cannot be removed is replaced by the next process.
      if (lock?.holder?.token === token) await rm(lockFile, { force: true }).catch(() => undefined);
    },
  };
}

interface LockFiles {
  readonly lockFile: string;
  readonly draft: string;
}

async function take(home: string, files: LockFiles): Promise<void> {
  for (;;) {
    // Of all who link, one wins, and nobody ever sees a half-written lock.
    if (await unlessExists(link(files.draft, files.lockFile))) return;
    const lock = await readLock(files.lockFile);
    if (lock?.isAlive) throw cliErrors.CLI_HOME_IN_USE({ home, pid: lock.holder.pid });
    if (await replaceDeadLock(files)) return;
    await pause(LOOK_AGAIN_MS);
  }
}

/** One process at a time may, and looks once more, so that none replaces the living lock of the one before it. */
async function replaceDeadLock({ lockFile, draft }: LockFiles): Promise<boolean> {
  const gate = `${lockFile}.replacing`;
  if (!(await unlessExists(mkdir(gate)))) {
    const made = await stat(gate).catch(() => undefined);
    const isAbandoned = made !== undefined && Date.now() - made.mtimeMs > REPLACEMENT_MS;
    if (isAbandoned) await rmdir(gate).catch(() => undefined);
    return false;
  }
  try {
    const lock = await readLock(lockFile);
    // A lock that is missing is for link(): another one could come to be between this look and the renaming.
    if (lock === undefined || lock.isAlive) return false;
    await rename(draft, lockFile);
    return true;
  } finally {
    await rmdir(gate);
  }
}

async function unlessExists(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (isErrno(error) && error.code === "EEXIST") return false;
    throw error;
  }
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "errno" in error;
}

type Lock =
  | { readonly isAlive: true; readonly holder: Holder }
  | { readonly isAlive: false; readonly holder: Holder | undefined };

/** Undefined when there is none; one that cannot be understood is dead. */
async function readLock(lockFile: string): Promise<Lock | undefined> {
  let text: string;
  try {
    text = await readFile(lockFile, "utf8");
  } catch (error) {
    if (isErrno(error) && error.code === "ENOENT") return undefined;
    throw error;
  }
  const found = readHolder(text);
  return found !== undefined && (await isAlive(found))
    ? { isAlive: true, holder: found }
    : { isAlive: false, holder: found };
}

function readHolder(text: string): Holder | undefined {
  try {
    return holder.safeParse(JSON.parse(text)).data;
  } catch {
    // Not JSON, so not one of ours.
    return undefined;
  }
}

async function isAlive(candidate: Holder): Promise<boolean> {
  try {
    process.kill(candidate.pid, 0);
  } catch (error) {
    // Not to be signalled by us: it exists and belongs to somebody else.
    if (!isErrno(error) || error.code !== "EPERM") return false;
  }
  const startedAt = await startOf(candidate.pid);
  return startedAt === undefined || candidate.startedAt === "" || startedAt === candidate.startedAt;
}

/** Start of the process in clock ticks since boot, with the boot's id; undefined where /proc is missing. See proc(5), field 22. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const [line, bootId] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "utf8"),
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
    ]);
    // The second field is the program's name in parentheses and may hold anything.
    const ticks = line.slice(line.lastIndexOf(")") + 2).split(" ")[19];
    return ticks === undefined ? undefined : `${bootId.trim()}:${ticks}`;
  } catch {
    // No such place, or the process has ended meanwhile.
    return undefined;
  }
}
