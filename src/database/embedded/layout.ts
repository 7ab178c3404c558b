import { randomBytes, randomInt } from "node:crypto";
import { link, mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { databaseErrors } from "../errors.ts";
import { type Account, isReachable } from "./account.ts";

/** Where everything of one embedded server lies. */
export interface Layout {
  readonly home: string;
  /** Holds the cluster, and the server's program when it had to be copied; under home or in the fallback folder. */
  readonly rootDir: string;
  /** Data and credentials: made as one, so that they always fit. */
  readonly clusterDir: string;
  readonly dataDir: string;
  readonly credentialsFile: string;
  readonly portFile: string;
  readonly logFile: string;
}

/** Where data goes when the server's account cannot reach home. */
export const FALLBACK_ROOT = "/var/lib/casare";

const pointerSchema = z.object({ rootDir: z.string() });

/**
 * Finds the place of the server that belongs to `home`, or decides it; makes the folders.
 *
 * Once decided it is kept in `home/postgres/location.json`, so that a change of rights never leads to a second, empty
 * database. Rejects with DATABASE_DATA_MISSING when that file points to a folder that is gone.
 */
export async function prepareLayout(home: string, account: Account, fallbackRoot = FALLBACK_ROOT): Promise<Layout> {
  // Others may pass through what root makes, because the server runs as somebody else; they may not list it.
  const mode = account.isDropped ? 0o711 : 0o700;
  await mkdir(home, { recursive: true, mode });
  const realHome = await realpath(home);
  const own = path.join(realHome, "postgres");
  await mkdir(own, { recursive: true, mode });
  const found = await findLayout(realHome);
  if (found !== undefined) {
    if (!(await isMissing(found.rootDir))) return found;
    throw databaseErrors.DATABASE_DATA_MISSING({ home: realHome, dataDir: found.dataDir });
  }
  if (!account.isDropped || (await isReachable(own, account, 1))) return layoutOf(realHome, own);
  return layoutOf(realHome, await chooseElsewhere(own, { home: realHome, fallbackRoot, mode }));
}

/**
 * A new folder for the data, and the pointer to it in home.
 *
 * The folder's name is new each time: a home that was deleted and made again must not find the data of the old one. Of
 * two starts at once, the first to make the pointer decides for both.
 */
async function chooseElsewhere(
  own: string,
  place: { readonly home: string; readonly fallbackRoot: string; readonly mode: number },
): Promise<string> {
  const rootDir = path.join(place.fallbackRoot, `home-${randomBytes(8).toString("hex")}`);
  const pointer = path.join(own, "location.json");
  const temporary = temporaryName(pointer);
  await mkdir(rootDir, { recursive: true, mode: place.mode });
  await writeFile(path.join(rootDir, "belongs-to.txt"), `${place.home}\n`);
  await writeFile(temporary, `${JSON.stringify({ rootDir })}\n`, { mode: 0o600 });
  try {
    await link(temporary, pointer);
    return rootDir;
  } catch (error) {
    await removeQuietly(rootDir);
    const theirs = await readPointer(own);
    if (theirs === undefined) throw error;
    return theirs;
  } finally {
    await removeQuietly(temporary);
  }
}

async function readPointer(own: string): Promise<string | undefined> {
  const text = await readIfThere(path.join(own, "location.json"));
  return text === undefined ? undefined : pointerSchema.parse(JSON.parse(text)).rootDir;
}

/** The place that was decided at an earlier start; undefined when this home has no server yet. Changes nothing. */
export async function findLayout(home: string): Promise<Layout | undefined> {
  const own = path.join(home, "postgres");
  const elsewhere = await readPointer(own);
  if (elsewhere !== undefined) return layoutOf(home, elsewhere);
  return (await isMissing(path.join(own, "cluster"))) ? undefined : layoutOf(home, own);
}

function layoutOf(home: string, rootDir: string): Layout {
  const clusterDir = path.join(rootDir, "cluster");
  return {
    home,
    rootDir,
    clusterDir,
    dataDir: path.join(clusterDir, "data"),
    credentialsFile: path.join(clusterDir, "credentials.json"),
    portFile: path.join(clusterDir, "port"),
    logFile: path.join(home, "postgres", "server.log"),
  };
}

/** A name that no other start uses, in this process or in another. */
export function temporaryName(target: string): string {
  return `${target}.${process.pid}.${randomInt(1_000_000_000)}`;
}

/** Writes a file that only this account may read, whole or not at all. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const temporary = temporaryName(file);
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, file);
}

export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

export async function isMissing(target: string): Promise<boolean> {
  try {
    await stat(target);
    return false;
  } catch (error) {
    if (isAbsence(error)) return true;
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

/** Removes a folder that a killed process left half made; best effort, because it is only disk space. */
export async function removeQuietly(target: string): Promise<void> {
  await rm(target, { recursive: true, force: true }).catch(() => undefined);
}
