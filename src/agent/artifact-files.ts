import { readdir, stat } from "node:fs/promises";
import { basename, extname, join, relative, resolve, sep } from "node:path";

/** A file that a job leaves behind. */
export interface ArtifactFile {
  readonly path: string;
  /** Folders separated by `/`. */
  readonly name: string;
  readonly contentType: string;
  readonly sizeBytes: number;
}

/** A file that a node handed over. */
export interface NamedFile {
  /** Absolute, or relative to the working directory. */
  readonly path: string;
  readonly contentType: string;
}

/** A job that writes more files than this is not meant to have them all uploaded. */
const MAX_FILES = 1_000;
const MAX_NAME = 400;

/**
 * The files of a job: all of its working directory, and what nodes handed over from elsewhere. Links are not followed.
 *
 * @returns at most 1 000 of them, by name; `omitted` counts the rest.
 */
export async function collectArtifacts(
  workDir: string,
  handedOver: readonly NamedFile[],
): Promise<{ readonly files: readonly ArtifactFile[]; readonly omitted: number }> {
  const typeOf = new Map(handedOver.map((file) => [resolve(workDir, file.path), file.contentType]));
  const paths = await filesBelow(workDir);
  const inside = new Set(paths);
  const outside = [...typeOf.keys()].filter((path) => !inside.has(path) && !isBelow(path, workDir));
  const names = new Set<string>();
  const files: ArtifactFile[] = [];
  for (const path of [...paths, ...outside].slice(0, MAX_FILES)) {
    const facts = await stat(path).catch(() => undefined);
    // Gone meanwhile, or never there.
    if (facts?.isFile() !== true) continue;
    const wanted = inside.has(path) ? relative(workDir, path).split(sep).join("/") : basename(path);
    const name = freeName(wanted.toWellFormed().slice(-MAX_NAME), names);
    names.add(name);
    files.push({ path, name, contentType: contentTypeOf(name, typeOf.get(path)), sizeBytes: facts.size });
  }
  return { files, omitted: Math.max(0, paths.length + outside.length - MAX_FILES) };
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  for (let number = 2, name = wanted; ; number++) {
    if (!taken.has(name)) return name;
    const extension = extname(wanted);
    name = `${wanted.slice(0, wanted.length - extension.length)}-${number}${extension}`;
  }
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".csv": "text/csv",
  ".gif": "image/gif",
  ".html": "text/html",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".json": "application/json",
  ".log": "text/plain",
  ".md": "text/markdown",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain",
  ".webp": "image/webp",
  ".xml": "application/xml",
  ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  ".zip": "application/zip",
};

const UNKNOWN_TYPE = "application/octet-stream";

/** @param given what the node said; that it does not know is no reason not to look at the name. */
function contentTypeOf(name: string, given: string | undefined): string {
  if (given !== undefined && given !== UNKNOWN_TYPE) return given;
  return CONTENT_TYPES[extname(name).toLowerCase()] ?? UNKNOWN_TYPE;
}
