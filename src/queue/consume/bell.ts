/** Wakes one waiting loop. */
export interface Bell {
  ring(): void;
  /** Resolves when it was rung since the last wait, after `ms`, or when the signal aborts. One waiter at a time. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export function createBell(): Bell {
  let isRung = false;
  let wake: (() => void) | undefined;
  const ring = (): void => {
    isRung = true;
    wake?.();
  };
  return {
    ring,
    async wait(ms, signal) {
      if (!isRung && !signal.aborted) {
        let timer: NodeJS.Timeout | undefined;
        signal.addEventListener("abort", ring);
        await new Promise<void>((resolve) => {
          wake = resolve;
          timer = setTimeout(resolve, ms);
        });
        wake = undefined;
        clearTimeout(timer);
        signal.removeEventListener("abort", ring);
      }
      isRung = false;
    },
  };
}
