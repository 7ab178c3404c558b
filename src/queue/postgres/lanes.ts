/** Where in each lane a claimer begins to look: pure bookkeeping over (lane, place, instant). */

/** A lane of the line: jobs of one route, ordered by `line`. */
export interface Lane {
  readonly routeId: number;
  readonly priority: number;
}

interface Mark {
  /** Everything before it was taken long enough ago. */
  settled: number;
  /** The largest place taken when it was noted, and when that was. */
  noted: number;
  notedAtMs: number;
  /** The largest place taken. */
  reached: number;
}

/** A statement that was given a smaller place in the line may be committed this much later than its successors. */
const SETTLE_MS = 500;
const SWEEP_EVERY_MS = 200;
/** Sweeps take at most this share of the time, however much they have to step over. */
const SWEEP_SHARE = 20;

/**
 * Remembers how far the lanes of a tenant have been emptied, so that a claim need not step over what was claimed before.
 *
 * Jobs come back to places that were passed: given back, retried, or committed late. They are found by sweeps, claims that
 * begin at the beginning, and these are due from time to time and after every `rewind`.
 */
export class LaneMarks {
  readonly #marks = new Map<number, Mark>();
  #nextSweepMs = 0;
  #costMs = 0;

  /** True when the next claim should begin at the beginning. @param isHungry the claims so far did not find enough. */
  needsSweep(nowMs: number, isHungry: boolean): boolean {
    return nowMs >= this.#nextSweepMs || (isHungry && this.#costMs < SWEEP_EVERY_MS / SWEEP_SHARE);
  }

  /** Makes the next claim a sweep: jobs have come back to their old places. */
  rewind(): void {
    this.#nextSweepMs = 0;
  }

  /** A sweep has ended. */
  swept(nowMs: number, tookMs: number): void {
    this.#costMs = tookMs;
    this.#nextSweepMs = nowMs + Math.max(SWEEP_EVERY_MS, tookMs * SWEEP_SHARE);
  }

  /** The place at which a claim that is no sweep begins. */
  startOf(routeId: number): number {
    return this.#marks.get(routeId)?.settled ?? 0;
  }

  /** A job was taken at this place. */
  took(routeId: number, line: number, nowMs: number): void {
    const mark = this.#marks.get(routeId);
    if (mark === undefined) {
      this.#marks.set(routeId, { settled: 0, noted: line, notedAtMs: nowMs, reached: line });
      return;
    }
    if (line > mark.reached) mark.reached = line;
    if (nowMs - mark.notedAtMs < SETTLE_MS) return;
    mark.settled = mark.noted;
    mark.noted = mark.reached;
    mark.notedAtMs = nowMs;
  }
}
