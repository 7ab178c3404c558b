import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TenantId } from "../core/ids.ts";
import type { Histogram } from "./histogram.ts";
import type { QueueHarness } from "./queue.suite.ts";
import type { JobQueue } from "./queue.ts";
import type { QueueStatistics } from "./statistics.ts";
import { LEASE_MS, PERMANENT, type Steps, stepsOf } from "./suite-steps.suite.ts";

const A = 1 as TenantId;
const B = 2 as TenantId;
const NOTHING = { retentionDays: 0, deadLetterRetentionDays: 0, alarms: { horizonMs: 3_600_000, deadRows: 1_000_000 } };
const HOUR_MS = 3_600_000;

/** Every adapter tells the same figures of the same jobs. */
export function describeStatistics(name: string, open: () => Promise<QueueHarness>): void {
  describe(`JobQueue statistics: ${name}`, () => {
    let harness: QueueHarness;
    let queue: JobQueue;
    let steps: Steps;

    beforeEach(async () => {
      harness = await open();
      queue = harness.queue;
      steps = stepsOf(harness, A);
    });
    afterEach(() => harness.close());

    /** Of the last hour and the minute that has begun. */
    async function statistics(tenantId = A): Promise<QueueStatistics> {
      const now = harness.now();
      const window = { from: new Date(now.getTime() - HOUR_MS), to: new Date(now.getTime() + 60_000) };
      for (;;) {
        await queue.tidy(NOTHING);
        const answer = await queue.statistics(tenantId, window);
        // Whoever writes on the same server may hold figures up.
        if (answer.asOf >= now) return answer;
      }
    }

    test("of an empty queue are zeros", async () => {
      const { depth, waits, attempts, ended } = await statistics();

      expect(depth).toEqual({ pending: 0, delayed: 0, heldBack: 0, running: 0, priorities: [], routes: [] });
      expect({ count: waits.count, sumMs: waits.sumMs, attempts }).toEqual({ count: 0, sumMs: 0, attempts: [] });
      expect(ended).toEqual({ completed: 0, failed: 0, cancelled: 0, timed_out: 0 });
    });

    test("tell the depth by state, urgency and route", async () => {
      await steps.submit();
      await harness.advance(10_000);
      await steps.submit();
      await steps.submit({ priority: 90, requires: ["sap", "ocr"] });
      await steps.submit({ environment: "test", runAt: new Date(harness.now().getTime() + HOUR_MS) });
      await steps.submit({ environment: "test" });
      await steps.take("test");
      await steps.submit({ kind: "report", environment: "test" });
      await queue.pause(A, "report");

      const { depth } = await statistics();

      expect(depth).toMatchObject({
        pending: 3,
        delayed: 1,
        heldBack: 1,
        running: 1,
        priorities: [
          { priority: 90, pending: 1, delayed: 0, heldBack: 0, running: 0 },
          { priority: 50, pending: 2, delayed: 1, heldBack: 1, running: 1 },
        ],
        routes: [
          { environment: "default", requires: ["ocr", "sap"], priority: 90, pending: 1 },
          { environment: "default", requires: [], priority: 50, pending: 2 },
          { environment: "test", requires: [], priority: 50, pending: 0, delayed: 1, heldBack: 1, running: 1 },
        ],
      });
      const [urgent, usual, other] = depth.routes.map((route) => route.oldestWaitingMs ?? -1);
      expect(usual).toBeGreaterThanOrEqual(10_000);
      expect(urgent).toBeLessThan(10_000);
      expect(other).toBe(-1);
    });

    test("tell how long jobs waited for their first start, and attempts ran", async () => {
      const leases: Awaited<ReturnType<Steps["take"]>>[] = [];
      await steps.submit();
      await harness.advance(3_000);
      leases.push(await steps.take());
      await steps.submit({ runAt: new Date(harness.now().getTime() + 10_000) });
      await harness.advance(10_000);
      await queue.reap();
      leases.push(await steps.take());
      await harness.advance(15_000);
      for (const lease of leases) await queue.complete(lease);

      const { waits, attempts, ended } = await statistics();

      expect(upTo(waits, 1_000, 5_000)).toEqual([1, 2, 2]);
      expect(attempts.map(({ outcome }) => outcome)).toEqual(["completed"]);
      expect(upTo(attempts[0]?.durations, 10_000, 20_000, 50_000)).toEqual([0, 1, 2, 2]);
      expect(attempts[0]?.durations.sumMs).toBeGreaterThanOrEqual(40_000);
      expect(attempts[0]?.durations.sumMs).toBeLessThan(50_000);
      expect(ended).toEqual({ completed: 2, failed: 0, cancelled: 0, timed_out: 0 });
    });

    test("tell attempts by outcome, and every job's end once", async () => {
      const transient = { code: "SITE_DOWN", message: "no answer", errorClass: "transient" } as const;
      await steps.submit({ retry: { maxAttempts: 2, baseMs: 0 } });
      await queue.fail(await steps.take(), transient);
      await queue.fail(await steps.take(), transient);
      await steps.complete();
      await queue.requestCancel(A, await steps.submit());
      await steps.submit({ retry: { maxAttempts: 2, baseMs: 0 } });
      await queue.release(await steps.take(), { started: false, reason: "full" });
      await steps.take();
      await harness.advance(LEASE_MS + 1);
      await queue.reap();
      await steps.take();
      await harness.advance(LEASE_MS + 1);
      await queue.reap();
      await steps.submit({ deadline: new Date(harness.now().getTime() + 1_000) });
      await harness.advance(1_001);
      await queue.reap();
      await steps.fail({}, { ...PERMANENT, errorClass: "cancelled" });

      const { waits, attempts, ended } = await statistics();

      expect(Object.fromEntries(attempts.map(({ outcome, durations }) => [outcome, durations.count]))).toEqual({
        completed: 1,
        failed: 1,
        cancelled: 1,
        lost: 2,
        released: 1,
        dead: 1,
      });
      expect(waits.count).toBe(4);
      expect(ended).toEqual({ completed: 1, failed: 2, cancelled: 2, timed_out: 1 });
    });

    test("count what ended once, however often upkeep looks", async () => {
      await steps.complete();
      await Promise.all([queue.tidy(NOTHING), queue.tidy(NOTHING)]);
      await steps.complete();
      await queue.tidy(NOTHING);

      expect((await statistics()).ended.completed).toBe(2);
      expect((await statistics()).waits.count).toBe(2);
    });

    test("are of the window, in whole minutes, and of days ago in whole hours", async () => {
      await steps.complete();
      await statistics();
      const nowMs = harness.now().getTime();
      const of = async (fromMs: number, toMs: number): Promise<number> =>
        (await queue.statistics(A, { from: new Date(fromMs), to: new Date(toMs) })).ended.completed;

      expect(await of(nowMs, nowMs + 1)).toBe(1);
      expect(await of(nowMs - HOUR_MS, nowMs - 120_000)).toBe(0);
      expect(await of(nowMs + 60_000, nowMs + HOUR_MS)).toBe(0);
      const { window } = await queue.statistics(A, { from: new Date(nowMs - 72 * HOUR_MS), to: new Date(nowMs) });
      expect([window.from.getTime() % HOUR_MS, window.to.getTime() % 60_000]).toEqual([0, 0]);
    });

    test("of one tenant hold nothing of another", async () => {
      await steps.complete();
      await steps.submit();

      const { depth, waits, ended } = await statistics(B);

      expect([depth.pending, depth.routes, waits.count, ended.completed]).toEqual([0, [], 0, 0]);
    });

    test("of a window that ends before it begins are refused", async () => {
      const at = harness.now();

      await expect(queue.statistics(A, { from: at, to: at })).rejects.toMatchObject({ code: "QUEUE_INVALID" });
      await expect(queue.statistics(A, { from: new Date(Number.NaN), to: at })).rejects.toMatchObject({
        code: "QUEUE_INVALID",
      });
    });
  });
}

/** How many took at most so long, and in all. */
function upTo(histogram: Histogram | undefined, ...bounds: readonly number[]): readonly (number | undefined)[] {
  const counts = bounds.map((leMs) => histogram?.buckets.find((bucket) => bucket.leMs === leMs)?.count);
  return [...counts, histogram?.count];
}
