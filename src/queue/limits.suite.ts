import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TenantId } from "../core/ids.ts";
import { cancelJobs } from "./cancel-jobs.ts";
import type { ClaimedJob, ConcurrencyRule, EnqueueRequest, Job } from "./job.ts";
import type { QueueHarness } from "./queue.suite.ts";
import type { JobQueue } from "./queue.ts";

const A = 1 as TenantId;
const B = 2 as TenantId;
const LEASE_MS = 30_000;

const idsOf = (jobs: readonly ClaimedJob[]): string[] => jobs.map((job) => job.jobId);

/** What every `JobQueue` adapter promises about concurrency limits and pauses. */
export function describeLimits(name: string, open: () => Promise<QueueHarness>): void {
  describe(`JobQueue limits: ${name}`, () => {
    let harness: QueueHarness;
    let queue: JobQueue;
    let robot: string;

    beforeEach(async () => {
      harness = await open();
      queue = harness.queue;
      robot = await session();
    });
    afterEach(() => harness.close());

    async function session(tenantId = A): Promise<string> {
      return (await queue.openSession({ tenantId, robotId: "robot-1", leaseMs: LEASE_MS })).sessionId;
    }

    async function submit(
      onLimit?: ConcurrencyRule["onLimit"],
      request: Partial<EnqueueRequest> & { limit?: number; key?: string } = {},
    ): Promise<string> {
      const { limit = 1, key = "printer", ...rest } = request;
      const concurrency = { key, limit, ...(onLimit !== undefined && { onLimit }) };
      const [outcome] = await queue.enqueue(A, [{ kind: "k", payload: null, concurrency, ...rest }]);
      return outcome?.jobId ?? "";
    }

    function claim(limit = 10, sessionId = robot): Promise<readonly ClaimedJob[]> {
      return queue.claim({ tenantId: A, sessionId, environment: "default", capabilities: [], limit });
    }

    async function claimOne(): Promise<ClaimedJob> {
      const [job] = await claim(1);
      if (job === undefined) throw new Error("nothing to claim");
      return job;
    }

    async function jobOf(jobId: string): Promise<Job> {
      const job = await queue.get(A, jobId);
      if (job === undefined) throw new Error(`job ${jobId} is gone`);
      return job;
    }

    function plain(kind: string, count = 1) {
      const requests = Array.from({ length: count }, () => ({ kind, payload: null }));
      return queue.enqueue(A, requests);
    }

    describe("a concurrency limit", () => {
      test("lets so many jobs start, and the next when one has ended", async () => {
        const ids = [
          await submit("queue", { limit: 2 }),
          await submit("queue", { limit: 2 }),
          await submit("queue", { limit: 2 }),
        ];

        const first = await claim();
        expect(idsOf(first)).toEqual(ids.slice(0, 2));
        expect(await claim()).toEqual([]);
        expect(await jobOf(ids[2] ?? "")).toMatchObject({ state: "pending", heldBy: "limit", attempt: 0 });
        expect(await queue.stats(A)).toMatchObject({ pending: 0, heldBack: 1, running: 2 });

        for (const job of first.slice(0, 1)) await queue.complete(job);
        expect(idsOf(await claim())).toEqual(ids.slice(2));
      });

      test("counts each key for itself, and no other tenant's", async () => {
        await submit("queue", { key: "a" });
        await submit("queue", { key: "b" });
        await queue.enqueue(B, [{ kind: "k", payload: null, concurrency: { key: "a", limit: 1 } }]);

        expect(await claim()).toHaveLength(2);
        const other = await session(B);
        expect(
          await queue.claim({ tenantId: B, sessionId: other, environment: "default", capabilities: [], limit: 10 }),
        ).toHaveLength(1);
      });

      test("lets the most urgent one in next", async () => {
        await submit();
        const low = await submit("queue", { priority: 10 });
        const high = await submit("queue", { priority: 90 });
        await queue.complete(await claimOne());

        const second = await claimOne();
        expect(second.jobId).toBe(high);
        await queue.complete(second);
        expect((await claimOne()).jobId).toBe(low);
      });

      test("is kept when its holder dies, and by the job's next attempt", async () => {
        const first = await submit();
        await submit();
        await claimOne();

        await harness.advance(LEASE_MS + 1);
        expect((await queue.reap()).requeued).toEqual([first]);

        robot = await session();
        expect(idsOf(await claim())).toEqual([first]);
      });

      test("lets another one in while a failed job waits for its next attempt, which then waits for the limit", async () => {
        const retry = { maxAttempts: 2, baseMs: 10_000, jitter: 0 };
        const failing = await submit("queue", { retry });
        const other = await submit();
        const failure = { code: "X", message: "x", errorClass: "transient" } as const;
        await queue.fail(await claimOne(), failure);

        const second = await claimOne();
        expect(second.jobId).toBe(other);
        await harness.advance(10_001);
        await queue.renew({ tenantId: A, sessionId: robot, leaseMs: LEASE_MS, jobs: [{ jobId: other, attempt: 1 }] });
        await queue.reap();
        expect(await claim()).toEqual([]);
        expect(await jobOf(failing)).toMatchObject({ heldBy: "limit", attempt: 1 });

        await queue.complete(second);
        expect(await claim()).toMatchObject([{ jobId: failing, attempt: 2 }]);
      });

      test("is freed by a dead job, a cancelled one, one past its deadline, and one that is given back stays in", async () => {
        const retry = { maxAttempts: 1 };
        await submit("queue", { retry });
        const [second, third, fourth] = [
          await submit(),
          await submit("queue", { deadline: inMs(5_000) }),
          await submit(),
        ];
        await queue.fail(await claimOne(), { code: "X", message: "x", errorClass: "permanent" });
        expect(await queue.requestCancel(A, second)).toEqual({ kind: "cancelled" });

        const started = await claimOne();
        expect(started.jobId).toBe(third);
        await queue.release(started, { started: false, reason: "stopped" });
        expect(idsOf(await claim())).toEqual([third]);
        await queue.release({ ...started, attempt: 2 }, { started: false, reason: "stopped" });
        await harness.advance(5_001);
        await queue.reap();
        expect((await jobOf(third)).state).toBe("timed_out");
        expect(idsOf(await claim())).toEqual([fourth]);
      });

      test("holds for jobs that are repeated, requeued, and started later", async () => {
        const first = await submit();
        await queue.complete(await claimOne());
        await queue.retry(A, first);
        await submit("queue", { runAt: inMs(1_000) });

        expect(await claim()).toHaveLength(1);
        await harness.advance(1_001);
        await queue.reap();
        expect(await claim()).toEqual([]);
      });

      test("can be raised and lowered by the next request", async () => {
        for (let n = 0; n < 3; n++) await submit();
        await submit("queue", { limit: 3 });
        const running = await claim();
        expect(running).toHaveLength(3);

        await submit("queue", { limit: 1 });
        for (const job of running.slice(0, 2)) await queue.complete(job);
        expect(await claim()).toEqual([]);
        for (const job of running.slice(2)) await queue.complete(job);
        expect(await claim()).toHaveLength(1);
      });

      test("that says skip cancels what is beyond it, and says why", async () => {
        const first = await submit("skip");
        const second = await submit("skip");

        expect(await jobOf(second)).toMatchObject({ state: "cancelled", error: { code: "QUEUE_CANCELLED" } });
        expect((await jobOf(second)).error?.message).toContain("concurrency key");
        expect(idsOf(await claim())).toEqual([first]);
      });

      test("that says keep-latest lets only the newest wait", async () => {
        const ids: string[] = [];
        for (let n = 0; n < 4; n++) ids.push(await submit("keep-latest"));

        const states: string[] = [];
        for (const id of ids) states.push((await jobOf(id)).state);
        expect(states).toEqual(["pending", "cancelled", "cancelled", "pending"]);
        await queue.complete(await claimOne());
        expect((await claimOne()).jobId).toBe(ids[3]);
      });

      test("that says cancel-oldest stops the oldest, waiting or running, for the newest", async () => {
        const waiting = await submit("cancel-oldest");
        const second = await submit("cancel-oldest");
        expect((await jobOf(waiting)).state).toBe("cancelled");

        const running = await claimOne();
        expect(running.jobId).toBe(second);
        const third = await submit("cancel-oldest");
        expect(await jobOf(second)).toMatchObject({ state: "running", cancelRequested: true });
        expect(await claim()).toEqual([]);
        await queue.fail(running, { code: "STOPPED", message: "stopped", errorClass: "cancelled" });
        expect((await jobOf(second)).state).toBe("cancelled");
        expect((await claimOne()).jobId).toBe(third);
      });

      test("is never exceeded by many callers and claimers at once", async () => {
        await Promise.all(Array.from({ length: 40 }, () => submit("queue", { limit: 3 })));
        let done = 0;
        let most = 0;
        let underWay = 0;
        await Promise.all(
          Array.from({ length: 6 }, async () => {
            const own = await session();
            while (done < 40) {
              for (const job of await claim(2, own)) {
                most = Math.max(most, ++underWay);
                await queue.get(A, job.jobId);
                underWay--;
                await queue.complete(job);
                done++;
              }
              // Gives the others a turn also when the queue is in memory.
              await new Promise((resolve) => setImmediate(resolve));
            }
          }),
        );

        expect(done).toBe(40);
        expect(most).toBeLessThanOrEqual(3);
        expect(await queue.stats(A)).toMatchObject({ pending: 0, heldBack: 0, running: 0 });
      });

      test.each([
        [{ key: "", limit: 1 }, "concurrency.key"],
        [{ key: "k", limit: 0 }, "concurrency.limit"],
        [{ key: "k", limit: 1.5 }, "concurrency.limit"],
        [{ key: "k", limit: 1, onLimit: "wait" as never }, "concurrency.onLimit"],
      ])("refuses %j", async (concurrency, place) => {
        await expect(queue.enqueue(A, [{ kind: "k", payload: null, concurrency }])).rejects.toMatchObject({
          code: "QUEUE_INVALID",
          message: expect.stringContaining(place),
        });
      });
    });

    describe("cancelling by filter", () => {
      test("ends what waits, asks what runs to stop, and leaves the rest alone", async () => {
        await plain("mine", 300);
        const [other] = await plain("other");
        const running = await claimOne();
        await queue.pause(A, "paused");
        await plain("paused", 2);

        expect(await cancelJobs(queue, A, { kind: "mine" }, { reason: "wrong file" })).toEqual({
          cancelled: 299,
          requested: 1,
          hasMore: false,
        });
        expect(await jobOf(running.jobId)).toMatchObject({ state: "running", cancelRequested: true });
        expect((await jobOf(other?.jobId ?? "")).state).toBe("pending");
        expect(await cancelJobs(queue, A, { states: ["pending"], kind: "paused" })).toMatchObject({ cancelled: 2 });
        expect(await cancelJobs(queue, A, { states: ["completed"] })).toMatchObject({ cancelled: 0, requested: 0 });
      });

      test("stops at its limit and says so", async () => {
        await plain("mine", 10);

        expect(await cancelJobs(queue, A, {}, { limit: 4 })).toEqual({ cancelled: 4, requested: 0, hasMore: true });
        expect(await cancelJobs(queue, A, {}, { limit: 6 })).toEqual({ cancelled: 6, requested: 0, hasMore: false });
      });
    });

    describe("a pause", () => {
      test("of a kind holds back its jobs, those that come later too, and no others", async () => {
        await plain("paused", 30);
        await plain("other");
        const [job] = await plain("paused");
        await queue.pause(A, "paused", "the site is down");
        await plain("paused", 2);

        expect((await claim()).map((claimed) => claimed.kind)).toEqual(["other"]);
        expect(await jobOf(job?.jobId ?? "")).toMatchObject({ state: "pending", heldBy: "pause" });
        expect(await queue.stats(A)).toMatchObject({ pending: 0, heldBack: 33 });
        expect(await queue.listPauses(A)).toMatchObject([{ kind: "paused", reason: "the site is down" }]);
        expect(await queue.listPauses(B)).toEqual([]);
      });

      test("ends with resume, and the jobs come back to their places", async () => {
        const ids = [...(await plain("paused", 3)), ...(await plain("other", 2))].map(({ jobId }) => jobId);
        await queue.pause(A, "paused");
        expect(await queue.resume(A, "paused")).toBe(true);
        expect(await queue.resume(A, "paused")).toBe(false);

        expect(idsOf(await claim())).toEqual(ids);
      });

      test("of everything stops all claims of the tenant; what runs goes on", async () => {
        await plain("k", 2);
        const running = await claimOne();
        await queue.pause(A);

        expect(await claim()).toEqual([]);
        expect(await queue.listPauses(A)).toMatchObject([{ pausedAt: expect.any(Date) }]);
        expect(await queue.complete(running)).toBe("recorded");
        await queue.resume(A);
        expect(await claim()).toHaveLength(1);
      });

      test("holds for retries, and its jobs can be cancelled", async () => {
        const retry = { maxAttempts: 2, baseMs: 0 };
        const [job] = await queue.enqueue(A, [{ kind: "paused", payload: null, retry }]);
        const claimed = await claimOne();
        await queue.pause(A, "paused");
        await queue.fail(claimed, { code: "X", message: "x", errorClass: "transient" });

        expect(await claim()).toEqual([]);
        expect(await queue.requestCancel(A, job?.jobId ?? "")).toEqual({ kind: "cancelled" });
        await queue.resume(A, "paused");
        expect(await claim()).toEqual([]);
      });

      test("and a limit on the same jobs hold one after the other", async () => {
        const ids = [await submit(undefined, { kind: "paused" }), await submit(undefined, { kind: "paused" })];
        await queue.pause(A, "paused");
        expect(await claim()).toEqual([]);

        await queue.resume(A, "paused");
        const first = await claimOne();
        expect(first.jobId).toBe(ids[0]);
        expect(await claim()).toEqual([]);
        await queue.complete(first);
        expect((await claimOne()).jobId).toBe(ids[1]);
      });

      test("is found in the job list with the other waiting jobs", async () => {
        await plain("paused", 2);
        await queue.pause(A, "paused");

        const page = await queue.list(A, { states: ["pending"], kind: "paused" }, { limit: 10 });
        expect(page.data.map((job) => job.heldBy)).toEqual(["pause", "pause"]);
      });
    });

    function inMs(ms: number): Date {
      return new Date(harness.now().getTime() + ms);
    }
  });
}
