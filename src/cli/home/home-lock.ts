import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { cliErrors } from "../errors.ts";

/** Who holds the home folder. `startedAt` tells the process from a later one with the same number. */
const holder = z.object({ pid: z.int().min(1), startedAt: z.string(), token: z.string() });
type Holder = z.output<typeof holder>;

export interface HomeLock {
  /** Gives the folder back; never rejects. */
  release(): Promise<void>;
}

/**
 * Reserves the home folder for this process, so that no two processes run its database.
 *
 * A lock whose process has died is taken over. Rejects with CLI_HOME_IN_USE.
 */
export async function lockHome(home: string): Promise<HomeLock> {
  const lockFile = join(home, "casare.lock");
  const mine: Holder = {
    pid: process.pid,
    startedAt: (await startOf(process.pid)) ?? "",
    token: randomUUID(),
  };
  const draft = `${lockFile}.${mine.token}`;
  await writeFile(draft, JSON.stringify(mine), { flag: "wx", mode: 0o600 });
  try {
    await take(home, lockFile, draft);
  } finally {
    await rm(draft, { force: true });
  }
  return {
    async release() {
      const current = await readHolder(lockFile).catch(() => undefined);
      if (current?.token === mine.token) await rm(lockFile, { force: true }).catch(() => undefined);
    },
  };
}

async function take(home: string, lockFile: string, draft: string): Promise<void> {
  for (;;) {
    // link() fails when the name exists: of all who try, one wins, and the file is never seen half written.
    const won = await link(draft, lockFile).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === "EEXIST") return false;
        throw cliErrors.CLI_HOME_NOT_WRITABLE({ home, problem: error.message }, { cause: error });
      },
    );
    if (won) return;
    const current = await readHolder(lockFile);
    if (current !== undefined && (await isAlive(current))) {
      throw cliErrors.CLI_HOME_IN_USE({ home, pid: current.pid });
    }
    await removeStale(lockFile, current);
  }
}

/** Two who find the same stale lock must not remove the lock that the first of them has just taken: look again after moving it. */
async function removeStale(lockFile: string, stale: Holder | undefined): Promise<void> {
  const aside = `${lockFile}.stale-${randomUUID()}`;
  try {
    await rename(lockFile, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  const moved = await readHolder(aside);
  if (moved?.token !== stale?.token) await link(aside, lockFile).catch(() => undefined);
  await rm(aside, { force: true });
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return holder.safeParse(JSON.parse(await readFile(file, "utf8"))).data;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function isAlive(candidate: Holder): Promise<boolean> {
  try {
    process.kill(candidate.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  const startedAt = await startOf(candidate.pid);
  return startedAt === undefined || candidate.startedAt === "" || startedAt === candidate.startedAt;
}

/** Start of the process in clock ticks since boot, with the boot's id; undefined where /proc is missing. See proc(5), field 22. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const [stat, bootId] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "utf8"),
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
    ]);
    // The second field is the program's name in parentheses and may hold anything.
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return ticks === undefined ? undefined : `${bootId.trim()}:${ticks}`;
  } catch {
    return undefined;
  }
}
