import { describe, expect, test } from "vitest";
import { MemoryQueue } from "../memory-queue.ts";
import type { ReapReport } from "../queue.ts";
import { startReaper } from "./start-reaper.ts";

const REPORT: ReapReport = {
  requeued: [],
  died: [],
  cancelled: [],
  timedOut: [],
  promoted: 0,
  admitted: false,
  sessionsExpired: 0,
};

function fakeQueue(reap: () => Promise<ReapReport>): MemoryQueue {
  return Object.assign(Object.create(new MemoryQueue()) as MemoryQueue, { reap });
}

describe("startReaper", () => {
  test("reaps again and again, also after a failure, and stops after the pass under way", async () => {
    let passes = 0;
    let isReaping = false;
    const errors: unknown[] = [];
    const enough = new Promise<void>((resolve) => {
      const reaper = startReaper({
        queue: fakeQueue(async () => {
          isReaping = true;
          if (++passes === 2) throw new Error("database is down");
          await new Promise((done) => setImmediate(done));
          isReaping = false;
          return REPORT;
        }),
        everyMs: 1,
        onReport: () => {
          if (passes >= 4) resolve(reaper.stop());
        },
        onError: (error) => errors.push(error),
      });
    });

    await enough;

    expect(errors).toHaveLength(1);
    expect(isReaping).toBe(false);
    const after = passes;
    await new Promise((resolve) => setImmediate(resolve));
    expect(passes).toBe(after);
  });
});
