/** Work in lanes: one after the other within a lane, lanes beside each other. */
export interface Lanes {
  /** Runs `work` when all earlier work of that lane has ended, however it ended. */
  run(lane: string, work: () => Promise<void>): void;
  /** Work that waits or runs. */
  readonly size: number;
  /** Resolves when all work has ended; work must not be added meanwhile. */
  idle(): Promise<void>;
}

/** @param onSettled called after each piece of work. `work` must not reject; a rejection is passed to `onFault`. */
export function createLanes(onSettled: () => void, onFault: (error: unknown) => void): Lanes {
  const tails = new Map<string, Promise<void>>();
  let size = 0;
  return {
    run(lane, work) {
      size += 1;
      const tail = (tails.get(lane) ?? Promise.resolve())
        .then(work)
        .catch(onFault)
        .finally(() => {
          size -= 1;
          if (tails.get(lane) === tail) tails.delete(lane);
          onSettled();
        });
      tails.set(lane, tail);
    },
    get size() {
      return size;
    },
    async idle() {
      await Promise.all(tails.values());
    },
  };
}
