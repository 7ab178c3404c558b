import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TenantId } from "../core/ids.ts";
import type { QueueHarness } from "./queue.suite.ts";
import type { JobQueue } from "./queue.ts";
import { LEASE_MS, PERMANENT, type Steps, stepsOf } from "./suite-steps.suite.ts";
import { DAY_MS, type TidyOptions } from "./tidy.ts";

const A = 1 as TenantId;
const KEEP: TidyOptions = {
  retentionDays: 8,
  deadLetterRetentionDays: 100,
  alarms: { horizonMs: 3_600_000, deadRows: 1_000_000 },
};

/** What every adapter forgets, and what it keeps. */
export function describeTidy(name: string, open: () => Promise<QueueHarness>): void {
  describe(`JobQueue retention and dead letters: ${name}`, () => {
    let harness: QueueHarness;
    let queue: JobQueue;
    let steps: Steps;

    beforeEach(async () => {
      harness = await open();
      queue = harness.queue;
      steps = stepsOf(harness, A);
    });
    afterEach(() => harness.close());

    /** Lets days pass, with the upkeep that there is on each of them. */
    async function live(days: number, options: Partial<TidyOptions> = {}): Promise<void> {
      for (let day = 0; day < days; day++) {
        await harness.advance(DAY_MS);
        await queue.tidy({ ...KEEP, ...options });
      }
    }

    test("a job is forgotten when its time is over, not before, and its idempotency key can be used again", async () => {
      const jobId = await steps.complete({ idempotencyKey: "order-1" });

      await live(7);
      expect(await queue.get(A, jobId)).toMatchObject({ state: "completed" });
      expect(await steps.submit({ idempotencyKey: "order-1" })).toBe(jobId);

      await live(4);
      expect(await queue.get(A, jobId)).toBeUndefined();
      expect(await queue.attempts(A, jobId)).toEqual([]);
      expect((await queue.list(A, {}, { limit: 10 })).data).toEqual([]);
      expect(await queue.retry(A, jobId)).toEqual({ kind: "not-found" });
      expect(await steps.submit({ idempotencyKey: "order-1" })).not.toBe(jobId);
    });

    test("the report says when jobs were forgotten", async () => {
      await steps.complete();

      const reports: boolean[] = [];
      for (let day = 0; day < 11; day++) {
        await harness.advance(DAY_MS);
        reports.push((await queue.tidy(KEEP)).jobsForgotten);
      }

      expect(reports.slice(0, 7)).not.toContain(true);
      expect(reports.slice(7)).toContain(true);
    });

    test("nothing is forgotten without a retention", async () => {
      const jobId = await steps.complete();
      const dead = await steps.fail();

      await live(30, { retentionDays: 0, deadLetterRetentionDays: 0 });

      expect(await queue.get(A, jobId)).toMatchObject({ state: "completed" });
      expect(await queue.getDeadLetter(A, dead)).toMatchObject({ jobId: dead });
    });

    test("a job that waits, is delayed, is held back or runs is never forgotten", async () => {
      const running = await steps.submit({ environment: "running" });
      await steps.take("running");
      const limited = { environment: "limited", concurrency: { key: "k", limit: 1 } };
      const waiting = [
        await steps.submit(),
        await steps.submit({ runAt: new Date(harness.now().getTime() + 300 * DAY_MS) }),
        await steps.submit(limited),
        await steps.submit(limited),
      ];

      await live(12);

      for (const jobId of waiting) expect(await queue.get(A, jobId)).toMatchObject({ state: "pending" });
      expect(await queue.get(A, running)).toMatchObject({ state: "running" });
      await queue.complete(await steps.take());
    });

    test("a job that ended late is kept from its end on", async () => {
      const jobId = await steps.submit();
      await live(10);
      await queue.complete(await steps.take());

      await live(7);
      expect(await queue.get(A, jobId)).toMatchObject({ state: "completed" });

      await live(4);
      expect(await queue.get(A, jobId)).toBeUndefined();
    });

    test("a job with a dead letter is kept with all it has, can be requeued, and goes with its letter", async () => {
      const other = await steps.complete();
      const dead = await steps.fail({ payload: { order: 7 }, idempotencyKey: "order-7", requires: ["ocr"] });

      await live(12);
      await steps.complete();
      await live(12);

      expect(await queue.get(A, other)).toBeUndefined();
      expect(await queue.get(A, dead)).toMatchObject({
        state: "failed",
        payload: { order: 7 },
        requires: ["ocr"],
        robotId: "robot",
        error: PERMANENT,
      });
      expect(await queue.attempts(A, dead)).toMatchObject([{ attempt: 1, outcome: "dead", robotId: "robot" }]);
      expect((await queue.listDeadLetters(A, { limit: 10 })).data).toMatchObject([{ jobId: dead }]);
      expect(await steps.submit({ idempotencyKey: "order-7" })).toBe(dead);
      const { jobId: again } = await queue.requeueDeadLetter(A, dead);
      expect(await queue.get(A, again)).toMatchObject({ retryOf: dead, payload: { order: 7 } });
      await queue.complete(await steps.take());

      await queue.deleteDeadLetter(A, dead);
      await live(14);
      await steps.complete();
      await live(14);
      expect(await queue.get(A, dead)).toBeUndefined();
    });

    test("dead letters are forgotten by their own time, requeued or not", async () => {
      const first = await steps.fail();
      const requeued = await steps.fail();
      await queue.requeueDeadLetter(A, requeued);
      await queue.complete(await steps.take());
      await live(3, { deadLetterRetentionDays: 4 });
      const second = await steps.fail();
      await harness.advance(DAY_MS);

      const report = await queue.tidy({ ...KEEP, deadLetterRetentionDays: 4 });

      expect(report.deadLettersForgotten).toBe(2);
      const { data } = await queue.listDeadLetters(A, { limit: 10 });
      expect(data.map(({ jobId }) => jobId)).toEqual([second]);
      expect(await queue.get(A, first)).toMatchObject({ state: "failed" });
    });

    test("a deadline of a forgotten job that is yet to come troubles nobody", async () => {
      await steps.complete({ deadline: new Date(harness.now().getTime() + 15 * DAY_MS) });
      await live(14);

      await harness.advance(2 * DAY_MS);

      expect(await queue.reap()).toMatchObject({ timedOut: [], died: [] });
      expect(await queue.reap()).toMatchObject({ timedOut: [], died: [] });
    });

    test("two passes at once do no harm", async () => {
      const jobId = await steps.complete();
      const dead = await steps.fail();
      await live(7);
      for (let day = 0; day < 4; day++) {
        await harness.advance(DAY_MS);
        await Promise.all([queue.tidy(KEEP), queue.tidy(KEEP), queue.reap(), queue.reap()]);
      }
      await live(2);

      expect(await queue.get(A, jobId)).toBeUndefined();
      expect(await queue.get(A, dead)).toMatchObject({ state: "failed" });
    });

    describe("the category of a dead letter", () => {
      test("tells of what the job died, and is a filter", async () => {
        const permanent = await steps.fail();
        const exhausted = await steps.fail(
          { retry: { maxAttempts: 1 } },
          { code: "SITE_DOWN", message: "no answer", errorClass: "transient" },
        );
        const business = await steps.fail({}, { ...PERMANENT, code: "BUSINESS_EXCEPTION" });
        const lost = await steps.submit({ retry: { maxAttempts: 1 } });
        await steps.take();
        await harness.advance(LEASE_MS + 1);
        await queue.reap();
        const deadline = await steps.submit({ deadline: new Date(harness.now().getTime() + 1_000) });
        await harness.advance(1_001);
        await queue.reap();
        const late = await steps.submit({ deadline: new Date(harness.now().getTime() + 1_000) });
        await harness.advance(1_001);
        await steps.take().catch(() => undefined);

        const expected = {
          permanent: [permanent],
          exhausted: [exhausted],
          business: [business],
          lost: [lost],
        } as const;
        for (const [category, jobIds] of Object.entries({ ...expected, deadline: [late, deadline] })) {
          const filter = { category: category as keyof typeof expected };
          const { data } = await queue.listDeadLetters(A, { limit: 10 }, filter);
          expect([category, data.map(({ jobId }) => jobId)]).toEqual([category, jobIds]);
          expect(data.every((letter) => letter.category === category)).toBe(true);
        }
        expect(await queue.getDeadLetter(A, lost)).toMatchObject({ reason: "exhausted", category: "lost" });
      });

      test("is refused as a filter when there is no such category", async () => {
        await expect(queue.listDeadLetters(A, { limit: 10 }, { category: "sad" as "lost" })).rejects.toMatchObject({
          code: "QUEUE_INVALID",
        });
      });
    });
  });
}
