import type { IncomingMessage } from "node:http";

const MAX_BYTES = 64 * 1_048_576;
const MAX_MS = 5_000;

/**
 * Reads on what a refused request still sends, so that its sender gets to read the answer instead of a broken pipe.
 *
 * Resolves when the body has ended or the sender is gone, after 64 MiB or 5 s at the latest; never rejects.
 */
export function drainBody(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed || request.readableEnded) return Promise.resolve();
  return new Promise((resolve) => {
    let bytes = 0;
    const finish = (): void => {
      clearTimeout(timer);
      request.off("data", count).off("end", finish).off("close", finish).off("error", finish);
      resolve();
    };
    const count = (chunk: Uint8Array): void => {
      bytes += chunk.byteLength;
      if (bytes > MAX_BYTES) finish();
    };
    const timer = setTimeout(finish, MAX_MS);
    request.on("data", count).on("end", finish).on("close", finish).on("error", finish);
    request.resume();
  });
}
