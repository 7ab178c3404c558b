/** Where the time comes from; passed in, so that tests decide what time it is. */
export interface Clock {
  /** The present instant. */
  now(): Date;
  /** Milliseconds from an arbitrary start that never go backwards; for durations only. */
  monotonicMs(): number;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};

export interface ManualClock extends Clock {
  /** Moves both clocks forward. @param ms milliseconds, ≥ 0. */
  advance(ms: number): void;
}

/** A clock that stands still until it is advanced. */
export function createManualClock(start: Date = new Date("2026-01-01T00:00:00Z")): ManualClock {
  let elapsedMs = 0;
  return {
    now: () => new Date(start.getTime() + elapsedMs),
    monotonicMs: () => elapsedMs,
    advance(ms) {
      elapsedMs += ms;
    },
  };
}
