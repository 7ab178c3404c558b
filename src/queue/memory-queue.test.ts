import { describe, expect, test } from "vitest";
import { createManualClock } from "../core/clock.ts";
import { DEFAULT_TENANT } from "../core/ids.ts";
import { describeLimits } from "./limits.suite.ts";
import { createMemoryQueue, MemoryQueue } from "./memory-queue.ts";
import { describeJobQueue, type QueueHarness } from "./queue.suite.ts";
import type { Displaced } from "./queue.ts";
import { describeStatistics } from "./statistics.suite.ts";
import { describeTidy } from "./tidy.suite.ts";

async function openHarness(): Promise<QueueHarness> {
  const clock = createManualClock(new Date());
  const displaced: Displaced[] = [];
  const queue = createMemoryQueue({ clock, dice: () => 0.5, onDisplaced: (job) => displaced.push(job) });
  return {
    queue,
    displaced,
    now: () => clock.now(),
    advance: async (ms) => clock.advance(ms),
    close: () => queue.close(),
  };
}

describeJobQueue("memory", openHarness);
describeLimits("memory", openHarness);
describeTidy("memory", openHarness);
describeStatistics("memory", openHarness);

describe("MemoryQueue", () => {
  test("works without options and rings no more once it is closed", async () => {
    const queue = new MemoryQueue();
    let rings = 0;
    await queue.onAvailable(() => rings++);

    await queue.close();
    await queue.enqueue(DEFAULT_TENANT, [{ kind: "k", payload: null }]);

    expect(rings).toBe(0);
  });

  test("hands out copies: what a robot does to a payload stays with the robot", async () => {
    const queue = new MemoryQueue();
    const payload = { list: [1] };
    const [outcome] = await queue.enqueue(DEFAULT_TENANT, [{ kind: "k", payload }]);

    payload.list.push(2);

    expect((await queue.get(DEFAULT_TENANT, outcome?.jobId ?? ""))?.payload).toEqual({ list: [1] });
  });
});
