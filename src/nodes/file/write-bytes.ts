import { randomUUID } from "node:crypto";
import { access, appendFile, chmod, constants, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { nodeErrors } from "../errors.ts";
import { type FileAction, onFile } from "./file-error.ts";

export interface WriteRequest {
  /** Resolved by the file space. */
  readonly file: string;
  /** As the workflow wrote it. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly createDirs: boolean;
  readonly signal: AbortSignal;
}

/**
 * Writes a whole file: readers see the old content or the new, never a part, and a full disk leaves the old one.
 *
 * The mode of a file that is replaced is kept. Rejects with the NODE_FILE_… codes.
 */
export async function replaceFile({ file, path: shown, bytes, createDirs, signal }: WriteRequest): Promise<void> {
  const at = { path: shown, action: "write" };
  await onFile(at, async () => {
    if (createDirs) await mkdir(path.dirname(file), { recursive: true });
    const mode = await modeOfTarget(file, at);
    const draft = path.join(path.dirname(file), `.casare-${randomUUID()}.tmp`);
    try {
      await writeFile(draft, bytes, { flag: "wx", signal });
      if (mode !== undefined) await chmod(draft, mode);
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  });
}

/** Adds to the end of a file. Rejects with NODE_FILE_NOT_FOUND when it is missing and may not be created. */
export async function extendFile(request: WriteRequest & { readonly createFile: boolean }): Promise<void> {
  const at = { path: request.path, action: "append to" };
  await onFile(at, async () => {
    if (request.createDirs && request.createFile) await mkdir(path.dirname(request.file), { recursive: true });
    const mode = await modeOfTarget(request.file, at);
    if (mode === undefined && !request.createFile) throw nodeErrors.NODE_FILE_NOT_FOUND(at);
    request.signal.throwIfAborted();
    await appendFile(request.file, request.bytes);
  });
}

/** Permissions of a file that may be written; undefined when there is none. */
async function modeOfTarget(file: string, at: FileAction): Promise<number | undefined> {
  const facts = await stat(file).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (facts === undefined) return undefined;
  if (!facts.isFile()) throw nodeErrors.NODE_NOT_A_FILE(at);
  // Replacing asks for the folder's permission only; the file's own counts as well.
  await access(file, constants.W_OK);
  return facts.mode & 0o7777;
}
