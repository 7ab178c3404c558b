import { pause } from "../../core/deadline.ts";

/** Wakes one waiting loop. */
export interface Bell {
  ring(): void;
  /** Resolves when it was rung since the last wait, after `ms`, or when the signal aborts. One waiter at a time. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export function createBell(): Bell {
  let rung = new AbortController();
  const ring = (): void => rung.abort();
  return {
    ring,
    async wait(ms, signal) {
      if (signal.aborted) return;
      signal.addEventListener("abort", ring);
      await pause(ms, rung.signal);
      signal.removeEventListener("abort", ring);
      rung = new AbortController();
    },
  };
}
