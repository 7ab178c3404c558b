import { pause } from "../../core/deadline.ts";
import type { JobQueue, ReapReport } from "../queue.ts";

/** What to reap, and how often. */
export interface ReaperOptions {
  readonly queue: JobQueue;
  /** Milliseconds between passes. */
  readonly everyMs: number;
  readonly onReport?: (report: ReapReport) => void;
  /** Told of passes that failed; the next one comes all the same. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Reaps again and again until it is stopped. Any number of processes may do so at once.
 *
 * `stop` waits for the pass that is under way.
 */
export function startReaper(options: ReaperOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const report = await options.queue.reap();
        options.onReport?.(report);
      } catch (error) {
        options.onError?.(error);
      }
      await pause(options.everyMs, stopping.signal);
    }
  }

  const running = run();
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}
