/**
 * `initdb` for an account without an entry in /etc/passwd, as containers that are given just a number have.
 *
 * `initdb` and the single-user server that it runs ask the system for the account's name and give up when there is
 * none, although the name is not used when a superuser is named. So they are run from copies in which the call of
 * `getpwuid` (the entry of this account) is one of `getpwent` (the first entry): a name of the same length in the table
 * of imported names. The server itself never asks, so it runs as it came.
 */
import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";

/** False only when it is certain that there is none; where accounts are not in that file, the system is asked. */
export async function hasName(account: Account): Promise<boolean> {
  if (process.platform !== "linux") return true;
  if (!account.isDropped) return isKnownToSystem();
  const entries = await readFile("/etc/passwd", "utf8").catch(() => "");
  return entries.split("\n").some((entry) => entry.split(":")[2] === String(account.uid));
}

function isKnownToSystem(): boolean {
  try {
    os.userInfo();
    return true;
  } catch {
    return false;
  }
}

/** Writes the changed copies into a new folder. The caller removes it when the cluster is made. */
export async function copyForNameless(binaries: Binaries, folder: string): Promise<Binaries> {
  const nativeDir = path.dirname(path.dirname(binaries.initdb));
  const bin = path.join(folder, "bin");
  await mkdir(bin, { recursive: true });
  await chmod(folder, 0o755);
  await chmod(bin, 0o755);
  // Both programs look for these beside their own folder.
  await Promise.all(["lib", "share"].map((name) => symlink(path.join(nativeDir, name), path.join(folder, name))));
  const copies: Binaries = { initdb: path.join(bin, "initdb"), postgres: path.join(bin, "postgres") };
  for (const name of ["initdb", "postgres"] as const) {
    await writeFile(copies[name], askForAnyName(await readFile(binaries[name])), { mode: 0o755 });
    await chmod(copies[name], 0o755);
  }
  return copies;
}

const OWN_ENTRY = Buffer.from("\0getpwuid\0");
const ANY_ENTRY = Buffer.from("\0getpwent\0");

/** Throws when the program does not look as expected: nothing is changed by guess. */
export function askForAnyName(program: Buffer): Buffer {
  const at = program.indexOf(OWN_ENTRY);
  if (at < 0 || program.includes(OWN_ENTRY, at + 1)) {
    throw new Error("this account has no name: give it an entry in /etc/passwd");
  }
  const changed = Buffer.from(program);
  ANY_ENTRY.copy(changed, at);
  return changed;
}
