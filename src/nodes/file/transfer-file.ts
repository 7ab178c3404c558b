import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { chmod, mkdir, rename, rm, utimes } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { nodeErrors } from "../errors.ts";
import type { FileSpace } from "../file-space.ts";
import { onFile } from "./file-error.ts";
import { factsOf, factsOfFile } from "./file-facts.ts";
import { createDirs, dangerousPaths, filePath, overwrite } from "./file-parameters.ts";

/** The parameters that copying and moving share. */
export const transferConfig = z.object({
  source_path: filePath("The file"),
  dest_path: filePath("Where it goes, the file name included"),
  overwrite: overwrite(),
  create_dirs: createDirs(),
  allow_dangerous_paths: dangerousPaths(),
});

export const TRANSFER_INPUTS = { source_path: "STRING", dest_path: "STRING" } as const;

export const TRANSFER_ALIASES = {
  source: "source_path",
  destination: "dest_path",
  destination_path: "dest_path",
} as const;

type TransferConfig = z.output<typeof transferConfig>;

export interface Transfer {
  readonly source: string;
  readonly target: string;
  readonly sizeBytes: number;
}

/** Checks both ends of a copy or move and makes the folders it needs. Rejects with the NODE_FILE_… codes. */
export async function prepareTransfer(config: TransferConfig, files: FileSpace, action: string): Promise<Transfer> {
  const [source, target] = [files.resolve(config.source_path), files.resolve(config.dest_path)];
  const facts = await factsOfFile(source, { path: config.source_path, action });
  const at = { path: config.dest_path, action: "write" };
  const there = await factsOf(target, at);
  if (there !== undefined && !there.isFile()) throw nodeErrors.NODE_NOT_A_FILE(at);
  if (there !== undefined && !config.overwrite) throw nodeErrors.NODE_FILE_EXISTS(at);
  if (config.create_dirs) await onFile(at, () => mkdir(path.dirname(target), { recursive: true }));
  return { source, target, sizeBytes: facts.size };
}

/** Copies content, mode and time of a file; the target appears in one step. */
export async function copyContent({ source, target }: Transfer, shown: string, signal: AbortSignal): Promise<void> {
  const at = { path: shown, action: "copy to" };
  const facts = await factsOfFile(source, at);
  const draft = path.join(path.dirname(target), `.casare-${randomUUID()}.tmp`);
  await onFile(at, async () => {
    try {
      await pipeline(createReadStream(source), createWriteStream(draft, { flags: "wx" }), { signal });
      await chmod(draft, facts.mode & 0o7777);
      await utimes(draft, facts.atime, facts.mtime);
      await rename(draft, target);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  });
}
