import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TenantId } from "../core/ids.ts";
import { type CancelledJob, cancelJobs } from "./cancel-jobs.ts";
import type { ClaimedJob, ConcurrencyRule, EnqueueRequest, Job, JobFailure } from "./job.ts";
import type { QueueHarness } from "./queue.suite.ts";
import type { DeadLetterFilter, JobFilter, JobQueue } from "./queue.ts";
import { deleteDeadLetters, requeueDeadLetters } from "./requeue-dead-letters.ts";

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

    async function die(kind: string, failure: Partial<JobFailure> = {}): Promise<string> {
      const [made] = await queue.enqueue(A, [{ kind, payload: null, retry: { maxAttempts: 1 } }]);
      await queue.fail(await claimOne(), { code: "X", message: "x", errorClass: "permanent", ...failure });
      return made?.jobId ?? "";
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
        const reason = "a newer job with its concurrency key came";
        const told = (jobId: string | undefined) => ({ tenantId: A, jobId, reason, outcome: { kind: "cancelled" } });
        expect(harness.displaced).toEqual([told(ids[1]), told(ids[2])]);
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
        expect(harness.displaced).toMatchObject([
          { jobId: waiting, outcome: { kind: "cancelled" } },
          { jobId: second, outcome: { kind: "requested", sessionId: robot } },
        ]);
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

      test("can be changed at once, for the jobs that wait as well", async () => {
        for (let n = 0; n < 4; n++) await submit();
        const first = await claimOne();
        expect(await claim()).toEqual([]);

        await queue.changeLimit(A, { key: "printer", limit: 3 });
        expect(await claim()).toHaveLength(2);
        expect((await jobOf(first.jobId)).concurrency).toEqual({ key: "printer", limit: 3, onLimit: "queue" });
        await queue.changeLimit(A, { key: "printer", limit: 1, onLimit: "skip" });
        expect(await queue.stats(A)).toMatchObject({ pending: 0, heldBack: 0, running: 3 });
        await queue.changeLimit(A, { key: "unheard-of", limit: 1 });
        await expect(queue.changeLimit(A, { key: "printer", limit: 0 })).rejects.toMatchObject({
          code: "QUEUE_INVALID",
          message: expect.stringContaining("concurrency.limit"),
        });
      });

      test("is given to a repeated job that has none, and leaves one that has its own alone", async () => {
        const rule = { key: "of-kind", limit: 1 } as const;
        const own = await submit("queue", { key: "own", retry: { maxAttempts: 1 } });
        const [bare] = await plain("k");
        for (const job of await claim()) await queue.fail(job, { code: "X", message: "x", errorClass: "permanent" });

        const again = await queue.retry(A, bare?.jobId ?? "", { concurrency: rule });
        const requeued = await queue.requeueDeadLetter(A, own, { concurrency: rule });
        const twice = await queue.retry(A, bare?.jobId ?? "", { concurrency: { ...rule, onLimit: "keep-latest" } });

        const ids = [again, twice].map((made) => (made.kind === "created" ? made.jobId : ""));
        expect((await jobOf(ids[0] ?? "")).concurrency).toEqual({ ...rule, onLimit: "keep-latest" });
        expect((await jobOf(requeued.jobId)).concurrency).toMatchObject({ key: "own" });
        expect(await jobOf(ids[1] ?? "")).toMatchObject({ heldBy: "limit" });
        expect(new Set(idsOf(await claim()))).toEqual(new Set([ids[0], requeued.jobId]));
      });

      test("is found in the job list by its key, and by what holds jobs back", async () => {
        const [running, held] = [await submit(), await submit()];
        const other = await submit("queue", { key: "other", runAt: inMs(60_000), kind: "late" });
        const [free] = await plain("free");
        const find = async (filter: JobFilter) => (await queue.list(A, filter, { limit: 10 })).data.map(({ id }) => id);

        expect(await find({ concurrencyKey: "printer" })).toEqual([held, running]);
        expect(await find({ concurrencyKey: "printer", states: ["pending"], kind: "k" })).toEqual([held, running]);
        expect(await find({ concurrencyKey: "unheard-of" })).toEqual([]);
        expect(await find({ heldBy: "limit" })).toEqual([held]);
        expect(await find({ heldBy: "limit", states: ["running"] })).toEqual([]);
        expect(await find({ heldBy: "limit", robotId: "robot-1" })).toEqual([]);
        expect(await find({ heldBy: "time" })).toEqual([other]);
        expect(await find({ heldBy: "pause" })).toEqual([]);
        await queue.pause(A, "free");
        const [later] = await plain("free");
        expect(await find({ heldBy: "pause" })).toEqual([later?.jobId, free?.jobId]);
        await queue.pause(A);
        expect(await find({ heldBy: "pause" })).toEqual([later?.jobId, free?.jobId, running]);
        expect(await jobOf(running)).toMatchObject({ heldBy: "pause", concurrency: { key: "printer", limit: 1 } });
        await expect(find({ heldBy: "whim" as never })).rejects.toMatchObject({ code: "QUEUE_INVALID" });
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
          matched: 300,
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

        expect(await cancelJobs(queue, A, {}, { limit: 4 })).toMatchObject({
          cancelled: 4,
          requested: 0,
          hasMore: true,
        });
        expect(await cancelJobs(queue, A, {}, { limit: 6 })).toEqual({
          matched: 6,
          cancelled: 6,
          requested: 0,
          hasMore: false,
        });
      });

      test("goes on behind the running jobs that were asked to stop, and tells page by page what it met", async () => {
        const ids = (await plain("mine", 6)).map(({ jobId }) => jobId);
        await claim(6);
        const met: string[] = [];
        const onPage = async (jobs: readonly CancelledJob[]) => void met.push(...jobs.map(({ job }) => job.id));

        const first = await cancelJobs(queue, A, {}, { limit: 4, onPage });
        const cursor = first.nextCursor ?? "";
        const second = await cancelJobs(queue, A, {}, { limit: 4, cursor, onPage });

        expect([first.requested, second.requested, second.nextCursor]).toEqual([4, 2, undefined]);
        expect(met).toEqual(ids.toReversed());
      });

      test("ends between two pages when the signal aborts, and can go on from there", async () => {
        await plain("mine", 300);
        const stop = new AbortController();

        const first = await cancelJobs(queue, A, {}, { signal: stop.signal, onPage: async () => stop.abort() });
        const rest = await cancelJobs(queue, A, {}, { cursor: first.nextCursor ?? "" });

        expect([first.cancelled, rest.cancelled, rest.hasMore]).toEqual([250, 50, false]);
      });

      test("only counts when it is asked to", async () => {
        await plain("mine", 5);

        expect(await cancelJobs(queue, A, {}, { dryRun: true })).toMatchObject({ matched: 5, cancelled: 0 });
        expect(await cancelJobs(queue, A, {}, { dryRun: true, limit: 3 })).toMatchObject({ matched: 3, hasMore: true });
        expect(await queue.stats(A)).toMatchObject({ pending: 5 });
      });
    });

    describe("dead letters by the filter", () => {
      test("are listed by kind, code, category, reason, time, and whether they were requeued", async () => {
        const first = await die("a", { code: "EARLY" });
        await harness.advance(1_000);
        const second = await die("b", { errorClass: "lost-lease" });
        await queue.requeueDeadLetter(A, first);
        const find = async (filter: DeadLetterFilter) =>
          (await queue.listDeadLetters(A, { limit: 10 }, filter)).data.map(({ jobId }) => jobId);
        const { diedAt } = (await queue.getDeadLetter(A, second)) ?? { diedAt: new Date(0) };

        expect(await find({})).toEqual([second, first]);
        expect(await find({ kind: "a" })).toEqual([first]);
        expect(await find({ code: "EARLY", reason: "permanent", category: "permanent" })).toEqual([first]);
        expect(await find({ category: "lost" })).toEqual([second]);
        expect(await find({ reason: "exhausted" })).toEqual([second]);
        expect(await find({ diedFrom: diedAt })).toEqual([second]);
        expect(await find({ diedTo: diedAt })).toEqual([first]);
        expect(await find({ requeued: true })).toEqual([first]);
        expect(await find({ requeued: false })).toEqual([second]);
        await expect(find({ reason: "whim" as never })).rejects.toMatchObject({ code: "QUEUE_INVALID" });
      });

      test("are requeued in steps, each once, and by id with what became of each", async () => {
        const wanted: string[] = [];
        for (let n = 0; n < 5; n++) wanted.unshift(await die("wanted"));
        const other = await die("other");
        const filter = { kind: "wanted" };

        expect(await requeueDeadLetters(queue, A, { filter }, { dryRun: true })).toEqual({ matched: 5, outcomes: [] });
        const first = await requeueDeadLetters(queue, A, { filter }, { limit: 3 });
        const rest = await requeueDeadLetters(queue, A, { filter }, { limit: 3, cursor: first.nextCursor ?? "" });
        const made = [...first.outcomes, ...rest.outcomes].map((outcome) =>
          outcome.kind === "requeued" ? outcome.letter.jobId : outcome.kind,
        );
        expect(made).toEqual(wanted);
        expect(rest.nextCursor).toBeUndefined();
        expect((await requeueDeadLetters(queue, A, { filter })).matched).toBe(0);

        const concurrency = { key: "of-kind", limit: 1 };
        const jobIds = [other, wanted[0] ?? "", "4711", other];
        const byId = await requeueDeadLetters(
          queue,
          A,
          { jobIds },
          { repeatOptions: async (letter) => (letter.kind === "other" ? { concurrency } : {}) },
        );
        expect(byId.outcomes).toMatchObject([
          { kind: "requeued", letter: { jobId: other }, requeuedAs: expect.any(String) },
          { kind: "conflict", jobId: wanted[0], requeuedAs: expect.any(String) },
          { kind: "not-found", jobId: "4711" },
        ]);
        const [requeued] = byId.outcomes;
        const newId = requeued?.kind === "requeued" ? requeued.requeuedAs : "";
        expect((await jobOf(newId)).concurrency).toMatchObject(concurrency);
        expect(await requeueDeadLetters(queue, B, { jobIds })).toMatchObject({
          outcomes: [{ kind: "not-found" }, { kind: "not-found" }, { kind: "not-found" }],
        });
      });

      test("requeued by many callers at once make one job each", async () => {
        const ids = [await die("a"), await die("a"), await die("a")];

        const calls = await Promise.all(Array.from({ length: 4 }, () => requeueDeadLetters(queue, A, { jobIds: ids })));

        const kinds = calls.flatMap(({ outcomes }) => outcomes.map(({ kind }) => kind));
        expect(kinds.filter((kind) => kind === "requeued")).toHaveLength(3);
        expect(kinds.filter((kind) => kind === "conflict")).toHaveLength(9);
        expect(await queue.stats(A)).toMatchObject({ pending: 3, deadLetters: 0 });
      });

      test("are forgotten in steps, and by id", async () => {
        const ids = [await die("a"), await die("a"), await die("b")];

        const first = await deleteDeadLetters(queue, A, { filter: { kind: "a" } }, { limit: 1 });
        expect(first).toMatchObject({ matched: 1, outcomes: [{ kind: "deleted", jobId: ids[1] }] });
        const cursor = first.nextCursor ?? "";
        expect(await deleteDeadLetters(queue, A, { filter: { kind: "a" } }, { cursor })).toEqual({
          matched: 1,
          outcomes: [{ kind: "deleted", jobId: ids[0] }],
        });
        expect((await deleteDeadLetters(queue, A, { jobIds: [ids[2] ?? "", "x"] })).outcomes).toEqual([
          { kind: "deleted", jobId: ids[2] },
          { kind: "not-found", jobId: "x" },
        ]);
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
