import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Milliseconds a line may wait before it is written and synced. */
const FLUSH_MS = 50;

/**
 * A file of lines that are appended and synced in batches.
 *
 * When a write fails, perhaps in the middle of a line, the file is written anew with the next batch.
 */
export class OutboxFile {
  readonly #path: string;
  /** All lines that the file should hold. */
  readonly #content: () => string;
  #waiting: string[] = [];
  #mustRewrite: boolean;
  #timer: NodeJS.Timeout | undefined;
  #handle: FileHandle | undefined;
  #tail: Promise<void> = Promise.resolve();
  #isRemoved = false;

  /**
   * @param content called when the file is written anew.
   * @param isWhole false: the file is torn or missing; the first batch writes it anew.
   */
  constructor(path: string, content: () => string, isWhole: boolean) {
    this.#path = path;
    this.#content = content;
    this.#mustRewrite = !isWhole;
  }

  /** Queues a line; it is durable some 50 ms later. @param onFault gets what then goes wrong. */
  append(line: string, onFault: (error: unknown) => void): void {
    if (this.#isRemoved) return;
    this.#waiting.push(line);
    this.#timer ??= setTimeout(() => void this.sync().catch(onFault), FLUSH_MS);
  }

  /** Has the file written anew, smaller, with the next batch. */
  compact(): void {
    this.#mustRewrite = true;
  }

  /** Resolves when everything appended so far is durable. Rejects when the disk refuses; the next call tries again. */
  sync(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const run = this.#tail.then(() => this.#flush());
    this.#tail = run.catch(() => undefined);
    return run;
  }

  /** Closes the file and leaves it; resolves when what was appended is durable. */
  async close(): Promise<void> {
    try {
      await this.sync();
    } finally {
      await this.#release();
    }
  }

  /** Deletes the file; what was not written yet is forgotten. */
  async remove(): Promise<void> {
    this.#isRemoved = true;
    this.#waiting = [];
    clearTimeout(this.#timer);
    await this.#tail;
    await this.#release();
    await rm(this.#path, { force: true });
  }

  async #flush(): Promise<void> {
    if (this.#isRemoved || (this.#waiting.length === 0 && !this.#mustRewrite)) return;
    const lines = this.#waiting.join("");
    this.#waiting = [];
    // The content is taken in the same moment as the lines that are part of it.
    if (this.#mustRewrite) return this.#rewrite(this.#content());
    try {
      this.#handle ??= await open(this.#path, "a", 0o600);
      await this.#handle.appendFile(lines);
      await this.#handle.datasync();
    } catch (error) {
      this.#mustRewrite = true;
      throw error;
    }
  }

  async #rewrite(content: string): Promise<void> {
    await this.#release();
    const fresh = `${this.#path}.new`;
    const handle = await open(fresh, "w", 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, this.#path);
    this.#mustRewrite = false;
    await syncFolder(dirname(this.#path));
  }

  async #release(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}

/** Makes names in the folder durable, where the operating system lets one (Windows does not). */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
