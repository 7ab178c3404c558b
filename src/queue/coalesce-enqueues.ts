import { hasCode } from "../core/errors.ts";
import type { EnqueueOutcome, EnqueueRequest } from "./job.ts";

export interface EnqueueCoalescer {
  /** Resolves once the job is durable. Rejects for this job alone: a bad neighbour does not matter. */
  readonly enqueue: (request: EnqueueRequest) => Promise<EnqueueOutcome>;
  /** Waits until everything handed in so far is settled. */
  readonly drain: () => Promise<void>;
}

interface Caller {
  readonly request: EnqueueRequest;
  resolve(outcome: EnqueueOutcome): void;
  reject(error: unknown): void;
}

type EnqueueMany = (requests: readonly EnqueueRequest[]) => Promise<readonly EnqueueOutcome[]>;

/** Jobs per commit. */
const MAX_BATCH = 1_000;
/** Commits under way: one is being written while the next one is being sent. */
const LANES = 2;

/**
 * Turns many callers' single jobs into few commits: whatever has come together while a lane was busy goes with the next
 * commit. There is no timer, so a lone caller waits for nobody.
 */
export function coalesceEnqueues(enqueueMany: EnqueueMany): EnqueueCoalescer {
  const waiting: Caller[] = [];
  const flights = new Set<Promise<void>>();

  function takeOff(): void {
    while (flights.size < LANES && waiting.length > 0) {
      const flight = fly(enqueueMany, waiting.splice(0, MAX_BATCH)).finally(() => {
        flights.delete(flight);
        takeOff();
      });
      flights.add(flight);
    }
  }

  return {
    enqueue(request) {
      return new Promise((resolve, reject) => {
        waiting.push({ request, resolve, reject });
        // Later in this turn, so that callers of one turn fly together.
        queueMicrotask(takeOff);
      });
    },
    async drain() {
      while (waiting.length > 0 || flights.size > 0) await Promise.all([Promise.resolve(), ...flights]);
    },
  };
}

/** Settles every caller; never rejects. */
async function fly(enqueueMany: EnqueueMany, callers: readonly Caller[]): Promise<void> {
  try {
    const outcomes = await enqueueMany(callers.map((caller) => caller.request));
    for (const [index, caller] of callers.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) caller.reject(new TypeError("the queue answered for fewer jobs than it was given"));
      else caller.resolve(outcome);
    }
  } catch (error) {
    if (!hasCode(error, "QUEUE_INVALID") || callers.length === 1) {
      for (const caller of callers) caller.reject(error);
      return;
    }
    // All or none: none of them was stored, so each can be tried on its own and the bad ones find out.
    await Promise.all(callers.map((caller) => fly(enqueueMany, [caller])));
  }
}
