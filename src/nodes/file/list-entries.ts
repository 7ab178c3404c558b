import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { hasCode } from "../../core/errors.ts";
import { nodeErrors } from "../errors.ts";
import type { FileSpace } from "../file-space.ts";
import { onFile } from "./file-error.ts";
import { globMatcher } from "./glob.ts";

export interface Listing {
  /** As the workflow wrote it. */
  readonly path: string;
  /** Matched with names; one with a slash with the path below the folder, and then inner folders are entered. */
  readonly pattern: string;
  readonly recursive: boolean;
  readonly kinds: "files" | "folders" | "both";
  readonly signal: AbortSignal;
  /** More than these are an error; default 100 000. */
  readonly limit?: number;
}

/** More entries than a run should carry as data. */
const MOST_ENTRIES = 100_000;

/**
 * Absolute paths of what a folder holds, in alphabetical order.
 *
 * Links to folders are listed but not entered, and neither are places that the file space refuses.
 * Rejects with NODE_TOO_MANY_ENTRIES and the NODE_FILE_… codes.
 */
export async function listEntries(files: FileSpace, listing: Listing): Promise<readonly string[]> {
  const { limit = MOST_ENTRIES } = listing;
  const root = files.resolve(listing.path);
  const fits = globMatcher(listing.pattern);
  const byPath = listing.pattern.includes("/");
  const found: string[] = [];
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    listing.signal.throwIfAborted();
    for (const entry of await entriesOf(folder, listing.path)) {
      const full = path.join(folder, entry.name);
      const name = byPath ? path.relative(root, full).split(path.sep).join("/") : entry.name;
      if (fits(name) && (await isWanted(full, entry, listing.kinds))) found.push(full);
      if ((listing.recursive || byPath) && entry.isDirectory() && isOpen(files, full)) folders.push(full);
    }
    if (found.length > limit) throw nodeErrors.NODE_TOO_MANY_ENTRIES({ path: listing.path, limit });
  }
  return found.toSorted();
}

function entriesOf(folder: string, shown: string): Promise<Dirent[]> {
  return onFile({ path: shown, action: "list" }, () => readdir(folder, { withFileTypes: true }));
}

async function isWanted(full: string, entry: Dirent, kinds: Listing["kinds"]): Promise<boolean> {
  if (kinds === "both") return true;
  // A link counts as what it leads to; one that leads nowhere is neither file nor folder.
  const kind = entry.isSymbolicLink() ? await stat(full).catch(() => undefined) : entry;
  return (kinds === "files" ? kind?.isFile() : kind?.isDirectory()) ?? false;
}

function isOpen(files: FileSpace, folder: string): boolean {
  try {
    files.resolve(folder);
    return true;
  } catch (error) {
    if (hasCode(error, "NODE_PATH_REFUSED")) return false;
    throw error;
  }
}
