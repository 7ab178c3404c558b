interface Taker {
  readonly wanted: number;
  readonly resolve: (seats: number) => void;
}

/**
 * Seats that several takers share: each stands for a job that may run.
 *
 * Takers get theirs in turn, each at most its share among those that wait. So one that comes late waits for as many seats to
 * become free as there are takers, however many jobs the others have.
 */
export class FairSeats {
  #free: number;
  #isDealing = false;
  readonly #waiting: Taker[] = [];

  constructor(total: number) {
    this.#free = total;
  }

  /** Waits for a turn. @returns 1 to `wanted` seats, to be given back one by one or at once; 0 when the signal aborted. */
  take(wanted: number, signal: AbortSignal): Promise<number> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve(0);
        return;
      }
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(taker), 1);
        resolve(0);
      };
      const taker: Taker = {
        wanted,
        resolve: (seats) => {
          signal.removeEventListener("abort", leave);
          resolve(seats);
        },
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.push(taker);
      this.#dealSoon();
    });
  }

  give(seats: number): void {
    this.#free += seats;
    this.#dealSoon();
  }

  /**
   * When all that runs now has run: the seats of many jobs that end together are dealt together, and early enough for the next claim
   * to go with the same statement as their results.
   */
  #dealSoon(): void {
    if (this.#isDealing || this.#free === 0 || this.#waiting.length === 0) return;
    this.#isDealing = true;
    process.nextTick(() => this.#deal());
  }

  #deal(): void {
    this.#isDealing = false;
    while (this.#free > 0) {
      const share = Math.ceil(this.#free / this.#waiting.length);
      const taker = this.#waiting.shift();
      if (taker === undefined) return;
      const seats = Math.min(taker.wanted, share);
      this.#free -= seats;
      taker.resolve(seats);
    }
  }
}
