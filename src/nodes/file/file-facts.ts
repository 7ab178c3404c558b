import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { nodeErrors } from "../errors.ts";
import { type FileAction, fileError } from "./file-error.ts";

/** What the file system tells about a file or folder; undefined when there is none. */
export async function factsOf(file: string, at: FileAction): Promise<Stats | undefined> {
  try {
    return await stat(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) {
      return undefined;
    }
    throw fileError(error, at);
  }
}

/** The same of a file that has to be there. Rejects with NODE_FILE_NOT_FOUND, NODE_NOT_A_FILE. */
export async function factsOfFile(file: string, at: FileAction): Promise<Stats> {
  const facts = await factsOf(file, at);
  if (facts === undefined) throw nodeErrors.NODE_FILE_NOT_FOUND(at);
  if (!facts.isFile()) throw nodeErrors.NODE_NOT_A_FILE(at);
  return facts;
}
