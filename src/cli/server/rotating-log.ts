import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** A log file that does not grow for ever: when it is full it becomes `<file>.1`, and the `.1` of before is gone. */
export interface RotatingLog {
  readonly file: string;
  /** Never throws: a log that cannot be written must not end the program. */
  write(text: string | Uint8Array): void;
  close(): void;
}

/** @param maxBytes of one file; there are at most two. Throws when the file cannot be opened. */
export function openRotatingLog(file: string, maxBytes: number): RotatingLog {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  let descriptor: number | undefined = openSync(file, "a", 0o600);
  let sizeBytes = fstatSync(descriptor).size;

  function rotate(): void {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
    renameSync(file, `${file}.1`);
    descriptor = openSync(file, "a", 0o600);
    sizeBytes = 0;
  }

  return {
    file,
    write(text) {
      const bytes = typeof text === "string" ? Buffer.from(text) : text;
      try {
        if (sizeBytes > 0 && sizeBytes + bytes.length > maxBytes) rotate();
        descriptor ??= openSync(file, "a", 0o600);
        // Small appends to a file: synchronous, so that the last words before an end are not lost.
        sizeBytes += writeSync(descriptor, bytes);
      } catch {
        // The disk is full, or the folder is gone. The work goes on without its log.
      }
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
