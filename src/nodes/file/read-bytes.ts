import { readFile, stat } from "node:fs/promises";
import { nodeErrors } from "../errors.ts";
import { onFile } from "./file-error.ts";

/** What a node reads at once when it is not told another limit: 64 MiB. */
export const READ_LIMIT_BYTES = 64 * 1024 * 1024;

export interface ReadRequest {
  /** Resolved by the file space. */
  readonly file: string;
  /** As the workflow wrote it. */
  readonly path: string;
  /** Bytes; 0 for `READ_LIMIT_BYTES`. */
  readonly limitBytes: number;
  readonly signal: AbortSignal;
}

/** The content of a file. Rejects with NODE_FILE_TOO_LARGE, NODE_NOT_A_FILE and the other NODE_FILE_… codes. */
export async function readBytes({ file, path, limitBytes, signal }: ReadRequest): Promise<Buffer> {
  const at = { path, action: "read" };
  const limit = limitBytes === 0 ? READ_LIMIT_BYTES : limitBytes;
  return onFile(at, async () => {
    const facts = await stat(file);
    // Reading a pipe or device might never end.
    if (!facts.isFile()) throw nodeErrors.NODE_NOT_A_FILE(at);
    if (facts.size > limit) throw nodeErrors.NODE_FILE_TOO_LARGE({ path, sizeBytes: facts.size, limitBytes: limit });
    return readFile(file, { signal });
  });
}
