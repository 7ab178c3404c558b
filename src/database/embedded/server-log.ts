import { copyFile, type FileHandle, open, stat, truncate } from "node:fs/promises";

/** Two files of this size at most: the log and its predecessor. */
const MAX_LOG_BYTES = 5 * 1024 * 1024;
const TAIL_BYTES = 16 * 1024;

/** The log, opened so that writers go on at its end even after it was cut. The server inherits the handle. */
export async function openLog(file: string): Promise<FileHandle> {
  return open(file, "a", 0o600);
}

export async function logSize(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0; // no log yet
  }
}

/** What was written after `fromByte`, at most the last 16 KiB of it. */
export async function readLogFrom(file: string, fromByte: number): Promise<string> {
  const size = await logSize(file);
  const start = Math.max(size < fromByte ? 0 : fromByte, size - TAIL_BYTES);
  if (size === start) return "";
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The last lines, for people. */
export function lastLines(text: string, count = 8): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}

/** Moves a log that has grown too long to `<file>.1`; the server keeps writing to the same, now empty file. */
export async function boundLog(file: string, maxBytes = MAX_LOG_BYTES): Promise<void> {
  if ((await logSize(file)) <= maxBytes) return;
  await copyFile(file, `${file}.1`);
  await truncate(file, 0);
}
