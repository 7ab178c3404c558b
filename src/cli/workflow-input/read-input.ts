import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { messageOf } from "../../core/errors.ts";
import { cliErrors } from "../errors.ts";

/** No workflow or variables file is larger, unpacked, bytes. */
export const MAX_INPUT_BYTES = 64 * 1_048_576;

const unzip = promisify(gunzip);
const GZIP_MAGIC = [0x1f, 0x8b];

/**
 * The text of a file, or of stdin for `-`: gzip is unpacked (by content, not by name), a byte order mark is dropped.
 *
 * Rejects with CLI_FILE_NOT_FOUND, CLI_FILE_UNREADABLE (a folder, no UTF-8, too large).
 */
export async function readInput(
  path: string,
  from: { readonly cwd: string; readonly stdin: Readable },
): Promise<string> {
  const bytes = path === "-" ? await readStream(from.stdin) : await readWhole(resolve(from.cwd, path), path);
  const plain = GZIP_MAGIC.every((byte, index) => bytes[index] === byte) ? await unpack(bytes, path) : bytes;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch (error) {
    throw cliErrors.CLI_FILE_UNREADABLE({ path, problem: "it is not UTF-8 text" }, { cause: error });
  }
}

async function readWhole(absolute: string, path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(absolute);
    if (size > MAX_INPUT_BYTES) throw tooLarge(path);
    return await readFile(absolute);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") throw cliErrors.CLI_FILE_NOT_FOUND({ path }, { cause: error });
    if (code === "EISDIR") throw cliErrors.CLI_FILE_UNREADABLE({ path, problem: "it is a folder" }, { cause: error });
    throw error;
  }
}

async function readStream(stream: Readable): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_INPUT_BYTES) throw tooLarge("stdin");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function unpack(bytes: Uint8Array, path: string): Promise<Uint8Array> {
  try {
    return await unzip(bytes, { maxOutputLength: MAX_INPUT_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(path);
    throw cliErrors.CLI_FILE_UNREADABLE({ path, problem: `gzip: ${messageOf(error)}` }, { cause: error });
  }
}

function tooLarge(path: string): Error {
  return cliErrors.CLI_FILE_UNREADABLE({ path, problem: `it is larger than ${MAX_INPUT_BYTES / 1_048_576} MiB` });
}
