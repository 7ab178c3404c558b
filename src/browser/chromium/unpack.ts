import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { type ExtractOptions, extract } from "tar-fs";
import { z } from "zod";
import { messageOf } from "../../core/errors.ts";
import { browserErrors } from "../errors.ts";

/** One archive of the bundled package and what becomes of it. */
export interface ArchivePart {
  readonly name: string;
  /** `x.br` is one file, `x.tar.br` a folder. */
  readonly archive: string;
  /** Below the target: the file itself, or the folder that gets the archive's content. */
  readonly to: string;
  readonly unpackedBytes: number;
}

export interface UnpackRequest {
  readonly archives: string;
  readonly target: string;
  readonly signal?: AbortSignal | undefined;
  /** Bytes this user may still write there. */
  readonly freeBytes?: (folder: string) => Promise<number>;
}

const sizesFile = z.record(z.string(), z.number().int().min(0));
type Sizes = z.output<typeof sizesFile>;

const CHUNK_BYTES = 4 * 1_048_576;
const FORGOTTEN_AFTER_MS = 3_600_000;
/** As root, tar-fs would give the files to the owner of the build machine. */
const EXTRACT: ExtractOptions & { readonly chown: boolean } = { chown: false };

/**
 * Unpacks a part unless it is there already, complete to the byte.
 *
 * Several processes may do so at once: each writes to a folder of its own and renames the finished files into place,
 * which replaces equals by equals and never shows a half-written file, not even to a browser that is just starting.
 */
export async function ensureUnpacked(part: ArchivePart, request: UnpackRequest): Promise<void> {
  const { target } = request;
  if (await isComplete(target, part.name)) return;
  const work = join(dirname(target), `.unpacking-${process.pid}-${randomUUID()}`);
  try {
    await mkdir(work, { recursive: true });
    await removeForgotten(dirname(target));
    await requireSpace(part, request);
    await unpackTo(work, part, request);
    await moveInto(target, part.name, work);
  } catch (error) {
    request.signal?.throwIfAborted();
    throw translate(error, target, part);
  } finally {
    // A folder that could not be made cannot be removed either; what went wrong is told already.
    await rm(work, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function unpackTo(work: string, part: ArchivePart, { archives, signal }: UnpackRequest): Promise<void> {
  const source = createReadStream(join(archives, part.archive), { highWaterMark: CHUNK_BYTES });
  const decompress = createBrotliDecompress({ chunkSize: CHUNK_BYTES });
  const destination = join(work, part.to);
  await mkdir(dirname(destination), { recursive: true });
  const sink = part.archive.endsWith(".tar.br")
    ? extract(destination, EXTRACT)
    : createWriteStream(destination, { mode: 0o755 });
  await pipeline(source, decompress, sink, signal === undefined ? {} : { signal });
}

async function moveInto(target: string, name: string, work: string): Promise<void> {
  const sizes: Record<string, number> = {};
  for (const file of await filesBelow(work)) {
    const path = relative(work, file);
    sizes[path] = (await stat(file)).size;
    await mkdir(dirname(join(target, path)), { recursive: true });
    await rename(file, join(target, path));
  }
  const list = join(work, "sizes.json");
  await writeFile(list, JSON.stringify(sizes));
  await rename(list, sizesPath(target, name));
}

async function isComplete(target: string, name: string): Promise<boolean> {
  try {
    const sizes: Sizes = sizesFile.parse(JSON.parse(await readFile(sizesPath(target, name), "utf8")));
    for (const [path, size] of Object.entries(sizes)) if ((await stat(join(target, path))).size !== size) return false;
    return true;
  } catch {
    // Nothing there, or not what we wrote: unpacking answers both.
    return false;
  }
}

function sizesPath(target: string, name: string): string {
  return join(target, `.${name}.sizes.json`);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Work folders of processes that were killed while they unpacked. */
async function removeForgotten(folder: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    if (!entry.startsWith(".unpacking-")) continue;
    const info = await stat(join(folder, entry)).catch(() => undefined);
    if (info === undefined || Date.now() - info.mtimeMs < FORGOTTEN_AFTER_MS) continue;
    await rm(join(folder, entry), { recursive: true, force: true });
  }
}

async function requireSpace(part: ArchivePart, { target, freeBytes = freeBytesOf }: UnpackRequest): Promise<void> {
  const free = await freeBytes(dirname(target));
  if (free < part.unpackedBytes) throw diskFull(target, part, free);
}

async function freeBytesOf(folder: string): Promise<number> {
  const disk = await statfs(folder);
  return disk.bavail * disk.bsize;
}

function diskFull(folder: string, part: ArchivePart, freeBytes: number): Error {
  return browserErrors.BROWSER_DISK_FULL({ folder, neededBytes: part.unpackedBytes, freeBytes });
}

function translate(error: unknown, folder: string, part: ArchivePart): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOSPC" || code === "EDQUOT") return diskFull(folder, part, 0);
  if (code === "BROWSER_DISK_FULL") return error;
  return browserErrors.BROWSER_UNPACK_FAILED({ folder, problem: messageOf(error) }, { cause: error });
}
