import { randomUUID } from "node:crypto";
import { mkdir, rm, stat, statfs, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { cliErrors } from "../errors.ts";

/** A first start unpacks PostgreSQL and Chromium and creates a database: about 350 MiB; the rest is room for data. */
export const NEEDED_BYTES = 512 * 1_048_576;

/** As root, the database server runs as another user, who must be able to pass through; what is secret in here is 0600. */
const HOME_MODE = process.getuid?.() === 0 ? 0o711 : 0o700;

/**
 * Makes the home folder, which nobody else can list, when it is missing, and proves that it can be written.
 *
 * Rejects with CLI_HOME_NOT_WRITABLE, or with CLI_DISK_FULL when less than `neededBytes` are free.
 */
export async function prepareHome(home: string, neededBytes: number): Promise<void> {
  const probe = join(home, `.probe-${randomUUID()}`);
  try {
    await makeFolder(home);
    await writeFile(probe, "written to see whether this folder can be written", { flag: "wx", mode: 0o600 });
    await rm(probe);
  } catch (error) {
    await rm(probe, { force: true }).catch(() => undefined);
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") {
      throw cliErrors.CLI_DISK_FULL({ path: home, freeBytes: 0, neededBytes }, { cause: error });
    }
    throw cliErrors.CLI_HOME_NOT_WRITABLE({ home, problem: messageOf(error) }, { cause: error });
  }
  const freeBytes = await freeBytesOf(home);
  if (freeBytes < neededBytes) throw cliErrors.CLI_DISK_FULL({ path: home, freeBytes, neededBytes });
}

/** Not mkdir's own `recursive`: in places like /proc, where nothing can be made, that tries for ever. */
async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path && !(await isFolder(parent))) await makeFolder(parent);
  try {
    await mkdir(path, { mode: HOME_MODE });
  } catch (error) {
    // Somebody else was faster.
    if (!(await isFolder(path))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Bytes that this user may still write on the disk of the folder. */
export async function freeBytesOf(folder: string): Promise<number> {
  const disk = await statfs(folder);
  return disk.bavail * disk.bsize;
}
