import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TenantId } from "../core/ids.ts";
import type { JsonValue } from "../core/json.ts";
import type { ClaimedJob, EnqueueRequest, Job, JobFailure } from "./job.ts";
import { DEFAULT_RETRY } from "./job.ts";
import type { ClaimRequest, Displaced, JobQueue } from "./queue.ts";

/** A queue whose time the test moves. */
export interface QueueHarness {
  readonly queue: JobQueue;
  /** What the queue has told of jobs that had to make room. */
  readonly displaced: readonly Displaced[];
  /** The queue's present. */
  now(): Date;
  /** Lets time pass for everything that is stored. */
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

const A = 1 as TenantId;
const B = 2 as TenantId;
const LEASE_MS = 30_000;
const NO_WAIT = { maxAttempts: 3, baseMs: 0 };
const transient: JobFailure = { code: "SITE_DOWN", message: "the site did not answer", errorClass: "transient" };
const permanent: JobFailure = { code: "NO_FILE", message: "the file does not exist", errorClass: "permanent" };
const aborted: JobFailure = { code: "ABORTED", message: "the run was stopped", errorClass: "cancelled" };

/** Every `JobQueue` adapter runs this suite; an adapter's own test file holds only what is special to it. */
export function describeJobQueue(name: string, open: () => Promise<QueueHarness>): void {
  describe(`JobQueue contract: ${name}`, () => {
    let harness: QueueHarness;
    let queue: JobQueue;

    beforeEach(async () => {
      harness = await open();
      queue = harness.queue;
    });
    afterEach(() => harness.close());

    function inMs(ms: number): Date {
      return new Date(harness.now().getTime() + ms);
    }

    function soon(): Date {
      return inMs(10_000);
    }

    async function submit(request: Partial<EnqueueRequest> = {}, tenantId = A): Promise<string> {
      const [outcome] = await queue.enqueue(tenantId, [{ kind: "invoice", payload: { n: 1 }, ...request }]);
      if (outcome === undefined) throw new Error("no outcome");
      return outcome.jobId;
    }

    async function session(robotId = "robot-1", tenantId = A, leaseMs = LEASE_MS): Promise<string> {
      return (await queue.openSession({ tenantId, robotId, leaseMs })).sessionId;
    }

    function claim(sessionId: string, request: Partial<ClaimRequest> = {}): Promise<readonly ClaimedJob[]> {
      return queue.claim({
        tenantId: A,
        sessionId,
        environment: "default",
        capabilities: [],
        limit: 1,
        ...request,
      });
    }

    async function claimOne(sessionId: string, request: Partial<ClaimRequest> = {}): Promise<ClaimedJob> {
      const [job] = await claim(sessionId, request);
      if (job === undefined) throw new Error("nothing to claim");
      return job;
    }

    async function jobOf(jobId: string, tenantId = A): Promise<Job> {
      const job = await queue.get(tenantId, jobId);
      if (job === undefined) throw new Error(`job ${jobId} is gone`);
      return job;
    }

    async function outcomesOf(jobId: string): Promise<string[]> {
      return (await queue.attempts(A, jobId)).map((attempt) => attempt.outcome);
    }

    /** Lets a session lapse and the reaper see it. */
    async function loseSession(): Promise<Awaited<ReturnType<JobQueue["reap"]>>> {
      await harness.advance(LEASE_MS + 1);
      return queue.reap();
    }

    async function die(request: Partial<EnqueueRequest> = {}): Promise<string> {
      const jobId = await submit(request);
      const lease = await claimOne(await session(), {
        environment: request.environment ?? "default",
        capabilities: request.requires ?? [],
      });
      await queue.fail(lease, permanent);
      return jobId;
    }

    describe("enqueue", () => {
      test("stores a job with all it was given", async () => {
        const request: EnqueueRequest = {
          kind: "invoice",
          payload: { amount: 12.5, lines: ["a", null, true] },
          priority: 80,
          deadline: inMs(86_400_000),
          retry: { maxAttempts: 7, jitter: 0 },
          requires: ["sap", "browser", "sap"],
          environment: "production",
          idempotencyKey: "order-1",
          retryOf: "17",
        };

        const [outcome] = await queue.enqueue(A, [request]);

        const job = await jobOf(outcome?.jobId ?? "");
        expect(outcome?.created).toBe(true);
        expect(job).toMatchObject({
          id: outcome?.jobId,
          tenantId: A,
          kind: "invoice",
          state: "pending",
          payload: request.payload,
          priority: 80,
          environment: "production",
          requires: ["browser", "sap"],
          retry: { ...DEFAULT_RETRY, maxAttempts: 7, jitter: 0 },
          idempotencyKey: "order-1",
          retryOf: "17",
          deadline: request.deadline,
          attempt: 0,
          cancelRequested: false,
        });
        expect(job.runAt).toEqual(job.createdAt);
        expect(Object.keys(job)).not.toContain("startedAt");
      });

      test("fills in the defaults", async () => {
        const job = await jobOf(await submit());

        expect(job).toMatchObject({ priority: 50, environment: "default", requires: [], retry: DEFAULT_RETRY });
        expect(job.deadline).toBeUndefined();
      });

      test("accepts an empty list", async () => {
        expect(await queue.enqueue(A, [])).toEqual([]);
      });

      test("accepts ten thousand jobs at once and hands them out in their order", async () => {
        const requests = Array.from({ length: 10_000 }, (_, n) => ({ kind: "bulk", payload: n }));

        const outcomes = await queue.enqueue(A, requests);

        expect(new Set(outcomes.map((outcome) => outcome.jobId)).size).toBe(10_000);
        const holder = await session();
        const claimed: JsonValue[] = [];
        for (let round = 0; round < 10; round++) {
          claimed.push(...(await claim(holder, { limit: 1_000 })).map((job) => job.payload));
        }
        expect(claimed).toEqual(requests.map((request) => request.payload));
        expect(await queue.stats(A)).toMatchObject({ pending: 0, running: 10_000 });
      }, 60_000);

      test("accepts all or none", async () => {
        const good = { kind: "invoice", payload: null };

        await expect(queue.enqueue(A, [good, { ...good, priority: 101 }, good])).rejects.toMatchObject({
          code: "QUEUE_INVALID",
          details: { path: "requests.1.priority" },
        });
        expect((await queue.stats(A)).pending).toBe(0);
      });

      test.each<[string, string, Partial<Record<keyof EnqueueRequest, unknown>>]>([
        ["kind", "that is empty", { kind: "" }],
        ["kind", "that is too long", { kind: "k".repeat(201) }],
        ["kind", "with U+0000", { kind: "a\u0000b" }],
        ["kind", "with half a character", { kind: "\ud800" }],
        ["priority", "below 0", { priority: -1 }],
        ["priority", "above 100", { priority: 101 }],
        ["priority", "between integers", { priority: 1.5 }],
        ["priority", "that is no number", { priority: Number.NaN }],
        ["runAt", "that is no time", { runAt: new Date(Number.NaN) }],
        ["deadline", "at the end of all days", { deadline: new Date(8.64e15) }],
        ["retry.maxAttempts", "of 0", { retry: { maxAttempts: 0 } }],
        ["retry.factor", "below 1", { retry: { factor: 0.5 } }],
        ["retry.jitter", "above 1", { retry: { jitter: 2 } }],
        ["requires.0", "that is empty", { requires: [""] }],
        ["requires", "of too many labels", { requires: Array.from({ length: 101 }, (_, n) => `label-${n}`) }],
        ["environment", "that is empty", { environment: "" }],
        ["idempotencyKey", "that is empty", { idempotencyKey: "" }],
        ["idempotencyKey", "that is too long", { idempotencyKey: "k".repeat(201) }],
        ["retryOf", "that is no id", { retryOf: "1; drop table queue_job" }],
        ["payload", "that is missing", { payload: undefined }],
        ["payload", "above one mebibyte", { payload: "x".repeat(1_048_577) }],
        ["payload.n", "too large for a number", { payload: { n: JSON.parse("1e400") as number } }],
        ["payload.0", "that is no number", { payload: [Number.NaN] }],
        ["payload.at", "that is a Date", { payload: { at: new Date(0) } }],
        ["payload.big", "that is a bigint", { payload: { big: 1n } }],
      ])("refuses a %s %s", async (path, _, request) => {
        const bad = { kind: "invoice", payload: null, ...request } as EnqueueRequest;

        await expect(queue.enqueue(A, [bad])).rejects.toMatchObject({
          code: "QUEUE_INVALID",
          details: { path: `requests.0.${path}` },
        });
      });

      test("refuses more jobs at once than it can take", async () => {
        const request = { kind: "invoice", payload: null };

        await expect(
          queue.enqueue(
            A,
            Array.from({ length: 10_001 }, () => request),
          ),
        ).rejects.toMatchObject({
          code: "QUEUE_INVALID",
        });
      });

      test("refuses more payload at once than a statement can carry", async () => {
        const request = { kind: "invoice", payload: "x".repeat(1_000_000) };

        await expect(
          queue.enqueue(
            A,
            Array.from({ length: 68 }, () => request),
          ),
        ).rejects.toMatchObject({
          code: "QUEUE_INVALID",
          details: { path: "requests" },
        });
      });

      test("refuses nesting beyond 64 levels and takes 64", async () => {
        const nest = (levels: number): JsonValue => (levels === 0 ? 1 : [nest(levels - 1)]);

        await expect(submit({ payload: nest(65) })).rejects.toMatchObject({ code: "QUEUE_INVALID" });
        expect((await jobOf(await submit({ payload: nest(64) }))).payload).toEqual(nest(64));
      });

      test("refuses a payload that contains itself", async () => {
        const loop: Record<string, unknown> = {};
        loop["a"] = loop;
        loop["b"] = loop;

        await expect(submit({ payload: loop as JsonValue })).rejects.toMatchObject({ code: "QUEUE_INVALID" });
      });

      test("takes a payload of exactly one mebibyte", async () => {
        const payload = "x".repeat(1_048_576 - 2);

        expect((await jobOf(await submit({ payload }))).payload).toBe(payload);
      });

      test("stores odd texts safely and everything else as it is", async () => {
        const payload = {
          nul: "a\u0000b",
          half: "\ud800x",
          "key\u0000": 1,
          quotes: `'; drop table queue_job; -- \\u0000 \\ " {}`,
          emoji: "🤖 ünïcödé",
          __proto__x: { deep: [-0, 1e300, ""] },
        };

        const job = await jobOf(await submit({ payload }));

        expect(job.payload).toEqual({
          ...payload,
          nul: "a\ufffdb",
          half: "\ufffdx",
          "key\u0000": undefined,
          "key\ufffd": 1,
          __proto__x: { deep: [0, 1e300, ""] },
        });
      });

      test("takes SQL metacharacters for what they are", async () => {
        const evil = "x' or '1'='1'; drop table queue_ready; --";

        const jobId = await submit({ kind: evil, environment: evil, requires: [evil], idempotencyKey: evil });

        const job = await claimOne(await session(evil), { environment: evil, capabilities: [evil] });
        expect(job).toMatchObject({ jobId, kind: evil });
        expect((await jobOf(jobId)).robotId).toBe(evil);
        expect((await queue.list(A, { kind: evil, robotId: evil, environment: evil }, { limit: 5 })).data).toHaveLength(
          1,
        );
      });
    });

    describe("idempotency keys", () => {
      test("answer with the first job, whatever became of it", async () => {
        const first = await submit({ idempotencyKey: "k" });
        const holder = await session();
        await queue.complete(await claimOne(holder));

        const again = await queue.enqueue(A, [{ kind: "other", payload: 2, idempotencyKey: "k" }]);

        expect(again).toEqual([{ jobId: first, created: false }]);
        expect(await claim(holder)).toEqual([]);
      });

      test("make one job of one hundred concurrent calls", async () => {
        const calls = Array.from({ length: 100 }, (_, n) =>
          queue.enqueue(A, [{ kind: "k", payload: n, idempotencyKey: "once" }]),
        );

        const outcomes = (await Promise.all(calls)).flat();

        expect(new Set(outcomes.map((outcome) => outcome.jobId)).size).toBe(1);
        expect(outcomes.filter((outcome) => outcome.created)).toHaveLength(1);
        expect((await queue.stats(A)).pending).toBe(1);
      });

      test("count within one call and between calls with the same keys in another order", async () => {
        const keys = Array.from({ length: 40 }, (_, n) => `key-${n}`);

        const [forward, backward] = await Promise.all([
          queue.enqueue(A, twice(keys)),
          queue.enqueue(A, twice(keys.toReversed())),
        ]);

        const ids = [...forward, ...backward].map((outcome) => outcome.jobId);
        expect(new Set(ids).size).toBe(40);
        expect([...forward, ...backward].filter((outcome) => outcome.created)).toHaveLength(40);
        expect((await queue.stats(A)).pending).toBe(40);
      });

      test("of one tenant say nothing to another", async () => {
        const mine = await submit({ idempotencyKey: "k" }, A);
        const theirs = await submit({ idempotencyKey: "k" }, B);

        expect(theirs).not.toBe(mine);
      });
    });

    describe("claim", () => {
      test("hands out a job with its fencing token", async () => {
        const jobId = await submit({ payload: { file: "a.csv" }, priority: 7, retry: { maxAttempts: 2 } });
        const holder = await session("robot-7");

        const job = await claimOne(holder);

        expect(job).toMatchObject({
          tenantId: A,
          jobId,
          attempt: 1,
          sessionId: holder,
          kind: "invoice",
          payload: { file: "a.csv" },
          priority: 7,
          retry: { ...DEFAULT_RETRY, maxAttempts: 2 },
        });
        expect(await jobOf(jobId)).toMatchObject({ state: "running", attempt: 1, robotId: "robot-7" });
        expect((await jobOf(jobId)).startedAt).toBeInstanceOf(Date);
        expect(await queue.holds(job)).toBe(true);
      });

      test("takes the most urgent first and the oldest among equals", async () => {
        const ids = [
          await submit({ priority: 50 }),
          await submit({ priority: 100 }),
          await submit({ priority: 50 }),
          await submit({ priority: 0 }),
          await submit({ priority: 100 }),
        ];

        const claimed = await claim(await session(), { limit: 10 });

        expect(claimed.map((job) => ids.indexOf(job.jobId))).toEqual([1, 4, 0, 2, 3]);
      });

      test("keeps that order across demands", async () => {
        const ids = [
          await submit({ requires: ["a"] }),
          await submit({ requires: ["b"], priority: 60 }),
          await submit(),
          await submit({ requires: ["a", "b"] }),
          await submit({ requires: ["a"], priority: 60 }),
        ];
        const holder = await session();

        const claimed: string[] = [];
        for (let n = 0; n < 5; n++) {
          claimed.push((await claimOne(holder, { capabilities: ["a", "b", "c"] })).jobId);
        }

        expect(claimed.map((jobId) => ids.indexOf(jobId))).toEqual([1, 4, 0, 2, 3]);
      });

      test("takes no more than the limit", async () => {
        await queue.enqueue(
          A,
          Array.from({ length: 50 }, (_, n) => ({ kind: "k", payload: n })),
        );
        const holder = await session();

        const sizes = [7, 25, 30].map(async (limit) => (await claim(holder, { limit })).length);

        expect((await Promise.all(sizes)).reduce((sum, size) => sum + size)).toBe(50);
      });

      test("gives a job only to robots that offer all it requires, in its environment", async () => {
        const jobId = await submit({ requires: ["sap", "browser"], environment: "production" });
        const holder = await session();

        expect(await claim(holder, { environment: "production", capabilities: ["sap"] })).toEqual([]);
        expect(await claim(holder, { environment: "default", capabilities: ["sap", "browser"] })).toEqual([]);
        const job = await claimOne(holder, { environment: "production", capabilities: ["browser", "x", "sap"] });
        expect(job.jobId).toBe(jobId);
      });

      test("finds jobs whose demands came up after it looked for the first time", async () => {
        const holder = await session();
        expect(await claim(holder, { capabilities: ["new"] })).toEqual([]);

        const jobId = await submit({ requires: ["new"] });

        expect((await claimOne(holder, { capabilities: ["new"] })).jobId).toBe(jobId);
      });

      test("is not held up by jobs that nobody can run", async () => {
        await queue.enqueue(
          A,
          Array.from({ length: 300 }, () => ({ kind: "k", payload: 0, priority: 100, requires: ["nowhere"] })),
        );
        const jobId = await submit({ priority: 0 });

        expect((await claimOne(await session())).jobId).toBe(jobId);
      });

      test("never gives a job of one tenant to another", async () => {
        await submit({}, A);
        const foreign = await session("robot-1", B);

        expect(await claim(foreign, { tenantId: B })).toEqual([]);
        await expect(claim(foreign, { tenantId: A })).rejects.toMatchObject({ code: "QUEUE_SESSION_EXPIRED" });
      });

      test("answers nothing when there is nothing", async () => {
        expect(await claim(await session(), { limit: 1_000 })).toEqual([]);
      });

      test.each([
        ["unknown", "9000000000"],
        ["not a number", "x' or 1=1 --"],
        ["too large", "99999999999999999999"],
      ])("refuses a session that is %s", async (_, sessionId) => {
        await submit();

        await expect(claim(sessionId)).rejects.toMatchObject({ code: "QUEUE_SESSION_EXPIRED" });
      });

      test("refuses a session whose time is up", async () => {
        await submit();
        const holder = await session();
        await harness.advance(LEASE_MS);

        await expect(claim(holder)).rejects.toMatchObject({ code: "QUEUE_SESSION_EXPIRED" });
      });

      test.each([{ limit: 0 }, { limit: 1_001 }, { limit: 1.5 }, { environment: "" }, { capabilities: [""] }])(
        "refuses %j",
        async (request) => {
          await expect(claim(await session(), request)).rejects.toMatchObject({ code: "QUEUE_INVALID" });
        },
      );

      test("gives each of many jobs to exactly one of many claimers", async () => {
        await queue.enqueue(
          A,
          Array.from({ length: 400 }, (_, n) => ({ kind: "k", payload: n, priority: n % 3 })),
        );
        const holders = await Promise.all(Array.from({ length: 8 }, (_, n) => session(`robot-${n}`)));

        const claimed = await Promise.all(
          holders.map(async (holder, n) => {
            const mine: ClaimedJob[] = [];
            for (;;) {
              const jobs = await claim(holder, { limit: (n % 4) + 1 });
              mine.push(...jobs);
              if (jobs.length === 0 && (await queue.stats(A)).pending === 0) return mine;
            }
          }),
        );

        const ids = claimed.flat().map((job) => job.jobId);
        expect(ids).toHaveLength(400);
        expect(new Set(ids).size).toBe(400);
        const outcomes = await Promise.all(claimed.flat().map((job) => queue.complete(job, null)));
        expect(outcomes.every((outcome) => outcome === "recorded")).toBe(true);
      });
    });

    describe("complete", () => {
      test("records the result once and for ever", async () => {
        const jobId = await submit();
        const lease = await claimOne(await session());

        expect(await queue.complete(lease, { rows: 3 })).toBe("recorded");

        const job = await jobOf(jobId);
        expect(job).toMatchObject({ state: "completed", result: { rows: 3 }, attempt: 1, robotId: "robot-1" });
        expect(job.finishedAt?.getTime()).toBeGreaterThanOrEqual(job.startedAt?.getTime() ?? Number.NaN);
        expect(await queue.complete(lease, { rows: 4 })).toBe("duplicate");
        expect(await queue.fail(lease, transient)).toEqual({ kind: "lost" });
        expect(await queue.release(lease, { started: true, reason: "x" })).toBe("lost");
        expect((await jobOf(jobId)).result).toEqual({ rows: 3 });
        expect(await queue.holds(lease)).toBe(false);
      });

      test("tells no result from null", async () => {
        const holder = await session();
        const [none, nothing] = [await submit(), await submit()];

        await queue.complete(await claimOne(holder));
        await queue.complete(await claimOne(holder), null);

        expect(Object.keys(await jobOf(none))).not.toContain("result");
        expect((await jobOf(nothing)).result).toBeNull();
      });

      test("refuses a result that is too large, and the job goes on", async () => {
        await submit();
        const lease = await claimOne(await session());

        await expect(queue.complete(lease, "x".repeat(1_048_577))).rejects.toMatchObject({ code: "QUEUE_INVALID" });
        expect(await queue.complete(lease, "short")).toBe("recorded");
      });

      test("is refused to every lease but the newest", async () => {
        const jobId = await submit({ retry: NO_WAIT });
        const old = await claimOne(await session());
        await loseSession();
        const fresh = await claimOne(await session("robot-2"));

        expect(fresh).toMatchObject({ jobId, attempt: 2 });
        for (const stale of [
          old,
          { ...fresh, attempt: 1 },
          { ...fresh, sessionId: old.sessionId },
          { ...fresh, tenantId: B },
          { ...fresh, jobId: "999999" },
          { ...fresh, jobId: "' or 1=1" },
          { ...fresh, attempt: 0.5 },
          { ...fresh, sessionId: "nobody" },
        ]) {
          expect(await queue.complete(stale, 1)).toBe("lost");
          expect(await queue.fail(stale, transient)).toEqual({ kind: "lost" });
          expect(await queue.release(stale, { started: false, reason: "" })).toBe("lost");
          expect(await queue.holds(stale)).toBe(false);
        }
        expect(await queue.complete(fresh, 2)).toBe("recorded");
      });
    });

    describe("fail", () => {
      test("tries again after the policy's delay", async () => {
        const jobId = await submit({ retry: { maxAttempts: 3, baseMs: 1_000, factor: 10, jitter: 0 } });
        const holder = await session();
        const lease = await claimOne(holder);

        const outcome = await queue.fail(lease, transient);

        const job = await jobOf(jobId);
        expect(outcome).toEqual({ kind: "retry", runAt: job.runAt });
        expect(job).toMatchObject({ state: "pending", attempt: 1 });
        expect(await queue.stats(A)).toMatchObject({ pending: 0, delayed: 1, running: 0 });
        expect(await claim(holder)).toEqual([]);
        await harness.advance(1_000);
        expect(await claimOne(holder)).toMatchObject({ jobId, attempt: 2 });
      });

      test("is idempotent for the same lease, also after the next attempt has begun", async () => {
        const jobId = await submit({ retry: NO_WAIT });
        const holder = await session();
        const lease = await claimOne(holder);
        await queue.fail(lease, transient);

        expect(await queue.fail(lease, transient)).toEqual({ kind: "duplicate" });
        const second = await claimOne(holder);
        expect(await queue.fail(lease, transient)).toEqual({ kind: "duplicate" });
        expect(await queue.complete(lease)).toBe("lost");
        await queue.complete(second);
        expect(await queue.fail(lease, transient)).toEqual({ kind: "duplicate" });
        expect((await jobOf(jobId)).state).toBe("completed");
      });

      test("makes a dead letter of a job whose attempts are used up", async () => {
        const jobId = await submit({ retry: { maxAttempts: 2, baseMs: 0 } });
        const holder = await session();
        await queue.fail(await claimOne(holder), transient);
        const last = await claimOne(holder);

        expect(await queue.fail(last, { ...transient, details: { node: "n1" } })).toEqual({
          kind: "ended",
          state: "failed",
        });

        expect(await jobOf(jobId)).toMatchObject({
          state: "failed",
          attempt: 2,
          error: { code: "SITE_DOWN", details: { node: "n1" } },
        });
        expect(await queue.getDeadLetter(A, jobId)).toMatchObject({
          jobId,
          tenantId: A,
          kind: "invoice",
          reason: "exhausted",
          attempts: 2,
          error: { code: "SITE_DOWN" },
        });
        expect(await outcomesOf(jobId)).toEqual(["failed", "dead"]);
        expect(await queue.fail(last, transient)).toEqual({ kind: "duplicate" });
        expect(await claim(holder)).toEqual([]);
      });

      test("does not try a permanent failure again", async () => {
        const jobId = await submit();

        const outcome = await queue.fail(await claimOne(await session()), permanent);

        expect(outcome).toEqual({ kind: "ended", state: "failed" });
        expect(await queue.getDeadLetter(A, jobId)).toMatchObject({ reason: "permanent", attempts: 1 });
      });

      test("ends as cancelled when the holder says so, without a dead letter", async () => {
        const jobId = await submit();

        expect(await queue.fail(await claimOne(await session()), aborted)).toEqual({
          kind: "ended",
          state: "cancelled",
        });
        expect(await queue.getDeadLetter(A, jobId)).toBeUndefined();
        expect(await outcomesOf(jobId)).toEqual(["cancelled"]);
      });

      test("ends as timed_out when the last attempt ran out of time", async () => {
        const jobId = await submit({ retry: { maxAttempts: 1 } });
        const failure: JobFailure = { code: "RUN_TIMED_OUT", message: "10 min are over", errorClass: "timeout" };

        expect(await queue.fail(await claimOne(await session()), failure)).toEqual({
          kind: "ended",
          state: "timed_out",
        });
        expect(await queue.getDeadLetter(A, jobId)).toMatchObject({ reason: "exhausted" });
      });

      test("records failures of any size and shape", async () => {
        const jobId = await submit({ retry: { maxAttempts: 1 } });

        await queue.fail(await claimOne(await session()), {
          code: "C".repeat(500),
          message: `\u0000${"m".repeat(100_000)}`,
          errorClass: "permanent",
          details: { dump: "d".repeat(100_000) },
        });

        const { error } = await jobOf(jobId);
        expect(error?.code).toHaveLength(128);
        expect(error?.message).toHaveLength(16_384);
        expect(error?.message.startsWith("\ufffdm")).toBe(true);
        expect(error?.details).toEqual({ omitted: expect.stringContaining("65536 bytes") as string });
      });
    });

    describe("release", () => {
      test("gives the job back to its old place, and does not count if it was not started", async () => {
        const [first, second] = [await submit({ retry: { maxAttempts: 1 } }), await submit()];
        const holder = await session();

        for (let n = 1; n <= 5; n++) {
          const lease = await claimOne(holder);
          expect(lease).toMatchObject({ jobId: first, attempt: n });
          expect(await queue.release(lease, { started: false, reason: "draining" })).toBe("recorded");
          expect(await queue.release(lease, { started: false, reason: "draining" })).toBe("duplicate");
        }

        const claimed = await claim(holder, { limit: 2 });
        expect(claimed.map((job) => job.jobId)).toEqual([first, second]);
        expect(await outcomesOf(first)).toEqual([
          "released",
          "released",
          "released",
          "released",
          "released",
          "running",
        ]);
        expect(await queue.complete(claimed[0] ?? raise())).toBe("recorded");
      });

      test("keeps the order within a batch that was claimed in pieces", async () => {
        const outcomes = await queue.enqueue(
          A,
          Array.from({ length: 30 }, (_, n) => ({ kind: "k", payload: n })),
        );
        const ids = outcomes.map((outcome) => outcome.jobId);
        const holder = await session();
        const taken = await claim(holder, { limit: 25 });

        for (const n of [21, 3, 9]) await queue.release(taken[n] ?? raise(), { started: false, reason: "x" });

        const claimed = await claim(holder, { limit: 5 });
        expect(claimed.map((job) => ids.indexOf(job.jobId))).toEqual([3, 9, 21, 25, 26]);
      });

      test("counts a started attempt, and the last one stays the last", async () => {
        const jobId = await submit({ retry: { maxAttempts: 2, baseMs: 0 } });
        const holder = await session();

        await queue.release(await claimOne(holder), { started: true, reason: "restart" });
        await queue.release(await claimOne(holder), { started: true, reason: "restart" });

        expect(await jobOf(jobId)).toMatchObject({ state: "failed", error: { code: "QUEUE_RELEASED" } });
        expect(await queue.getDeadLetter(A, jobId)).toMatchObject({ reason: "exhausted", attempts: 2 });
        expect(await outcomesOf(jobId)).toEqual(["released", "released"]);
      });

      test("of a job that is to be cancelled cancels it", async () => {
        const jobId = await submit();
        const lease = await claimOne(await session());
        await queue.requestCancel(A, jobId, "not needed");

        expect(await queue.release(lease, { started: false, reason: "draining" })).toBe("recorded");

        expect(await jobOf(jobId)).toMatchObject({ state: "cancelled" });
        expect((await jobOf(jobId)).error?.message).toContain("not needed");
      });
    });

    describe("sessions", () => {
      test("keep their jobs as long as they are renewed", async () => {
        const jobId = await submit();
        const holder = await session();
        const lease = await claimOne(holder);

        for (let n = 1; n <= 5; n++) {
          await harness.advance(LEASE_MS - 5_000);
          const reply = await queue.renew({
            tenantId: A,
            sessionId: holder,
            leaseMs: LEASE_MS,
            jobs: [{ jobId, attempt: 1, progress: n / 10, progressNote: `step ${n}` }],
          });
          expect(reply).toEqual({ live: true, lost: [], cancelRequested: [] });
          expect(await queue.reap()).toMatchObject({ requeued: [], sessionsExpired: 0 });
        }

        const job = await jobOf(jobId);
        expect(job.progress).toBeCloseTo(0.5);
        expect(job.progressNote).toBe("step 5");
        expect(await queue.complete(lease)).toBe("recorded");
      });

      test("keep the progress that a renewal does not mention", async () => {
        const jobId = await submit();
        const holder = await session();
        await claimOne(holder);
        const renew = (job: object): Promise<unknown> =>
          queue.renew({ tenantId: A, sessionId: holder, leaseMs: LEASE_MS, jobs: [{ jobId, attempt: 1, ...job }] });

        await renew({ progress: 0.25, progressNote: "a" });
        await renew({});
        await renew({ progress: 7 });
        await renew({ progress: Number.NaN, progressNote: `\u0000${"n".repeat(600)}` });

        expect(await jobOf(jobId)).toMatchObject({ progress: 1 });
        expect((await jobOf(jobId)).progressNote).toHaveLength(500);
      });

      test("whose time is up lose their jobs, and the next attempt counts", async () => {
        const jobId = await submit();
        const old = await claimOne(await session("robot-1"));

        const report = await loseSession();

        expect(report).toMatchObject({ requeued: [jobId], died: [], cancelled: [], timedOut: [], sessionsExpired: 1 });
        expect(await jobOf(jobId)).toMatchObject({ state: "pending", attempt: 1 });
        expect(await claimOne(await session("robot-2"))).toMatchObject({ jobId, attempt: 2 });
        expect(await queue.attempts(A, jobId)).toMatchObject([
          {
            attempt: 1,
            robotId: "robot-1",
            sessionId: old.sessionId,
            outcome: "lost",
            error: { errorClass: "lost-lease" },
          },
          { attempt: 2, robotId: "robot-2", outcome: "running" },
        ]);
      });

      test("that were reaped are told so and cannot be revived", async () => {
        const jobId = await submit();
        const holder = await session();
        await claimOne(holder);
        await loseSession();

        const reply = await queue.renew({
          tenantId: A,
          sessionId: holder,
          leaseMs: LEASE_MS,
          jobs: [{ jobId, attempt: 1 }],
        });

        expect(reply).toEqual({ live: false, lost: [jobId], cancelRequested: [] });
        await expect(claim(holder)).rejects.toMatchObject({ code: "QUEUE_SESSION_EXPIRED" });
      });

      test("that come back before the reaper are not robbed", async () => {
        const jobId = await submit();
        const holder = await session();
        const lease = await claimOne(holder);
        await harness.advance(LEASE_MS * 3);

        const reply = await queue.renew({
          tenantId: A,
          sessionId: holder,
          leaseMs: LEASE_MS,
          jobs: [{ jobId, attempt: 1 }],
        });

        expect(reply.live).toBe(true);
        expect(await queue.reap()).toMatchObject({ requeued: [], sessionsExpired: 0 });
        expect(await queue.complete(lease)).toBe("recorded");
      });

      test("are spared by a reaper that is told to, while due jobs and deadlines are seen to", async () => {
        const jobId = await submit();
        await claimOne(await session());
        await submit({ runAt: inMs(LEASE_MS) });
        await harness.advance(LEASE_MS * 3);

        const spared = await queue.reap({ spareSessions: true });

        expect(spared).toMatchObject({ requeued: [], sessionsExpired: 0, promoted: 1 });
        expect((await queue.reap()).requeued).toEqual([jobId]);
      });

      test("may still complete after their time, as long as nobody has taken the job", async () => {
        await submit();
        const lease = await claimOne(await session());
        await harness.advance(LEASE_MS * 2);

        expect(await queue.complete(lease)).toBe("recorded");
        expect(await queue.reap()).toMatchObject({ requeued: [], sessionsExpired: 1 });
      });

      test("hear of every job that they do not hold", async () => {
        const [mine, theirs, unclaimed] = [await submit(), await submit(), await submit()];
        const holder = await session("robot-1");
        await claimOne(holder);
        await claimOne(await session("robot-2"));

        const reply = await queue.renew({
          tenantId: A,
          sessionId: holder,
          leaseMs: LEASE_MS,
          jobs: [mine, theirs, unclaimed, "4711", "nonsense"].map((jobId) => ({ jobId, attempt: 1 })),
        });

        expect(reply.live).toBe(true);
        expect([...reply.lost].toSorted()).toEqual([theirs, unclaimed, "4711", "nonsense"].toSorted());
      });

      test("of another tenant cannot be renewed, closed or used", async () => {
        const jobId = await submit();
        const holder = await session();
        const lease = await claimOne(holder);

        expect(await queue.renew({ tenantId: B, sessionId: holder, leaseMs: LEASE_MS, jobs: [] })).toMatchObject({
          live: false,
        });
        await queue.closeSession(B, holder);
        expect(await queue.holds(lease)).toBe(true);
        expect((await jobOf(jobId)).state).toBe("running");
      });

      test("that are closed give back what they hold, and may be closed twice", async () => {
        const ids = [await submit(), await submit()];
        const holder = await session();
        const leases = await claim(holder, { limit: 2 });

        await queue.closeSession(A, holder);
        await queue.closeSession(A, holder);
        await queue.closeSession(A, "12345678");
        await queue.closeSession(A, "nonsense");

        expect(await queue.holds(leases[0] ?? raise())).toBe(false);
        await expect(claim(holder)).rejects.toMatchObject({ code: "QUEUE_SESSION_EXPIRED" });
        const again = await claim(await session(), { limit: 2 });
        expect(again.map((job) => job.jobId)).toEqual(ids);
        expect(await outcomesOf(ids[0] ?? "")).toEqual(["released", "running"]);
        expect(await queue.reap()).toMatchObject({ sessionsExpired: 0 });
      });

      test("get their unheard jobs taken back: the answer to a claim may be lost", async () => {
        const jobId = await submit({ retry: { maxAttempts: 1 } });
        const holder = await session();
        await claimOne(holder);

        const requeued: string[][] = [];
        for (let n = 0; n < 4; n++) {
          await harness.advance(20_000);
          await queue.renew({ tenantId: A, sessionId: holder, leaseMs: LEASE_MS, jobs: [] });
          requeued.push([...(await queue.reap()).requeued]);
        }

        expect(requeued).toEqual([[], [], expect.anything(), expect.anything()]);
        expect(requeued.flat()).toEqual([jobId]);
        expect(await claimOne(holder)).toMatchObject({ jobId, attempt: 2 });
        expect(await outcomesOf(jobId)).toEqual(["released", "running"]);
      });

      test("keep a job that was named once, even if later renewals do not name it", async () => {
        const jobId = await submit();
        const holder = await session();
        await claimOne(holder);
        const renew = (jobs: readonly { jobId: string; attempt: number }[]): Promise<unknown> =>
          queue.renew({ tenantId: A, sessionId: holder, leaseMs: LEASE_MS, jobs });

        await renew([{ jobId, attempt: 1 }]);
        for (let n = 0; n < 8; n++) {
          await harness.advance(20_000);
          await renew([]);
        }

        expect((await queue.reap()).requeued).toEqual([]);
      });

      test.each([{ leaseMs: -1 }, { leaseMs: 999 }, { leaseMs: 1.5 }, { robotId: "" }, { robotId: "\u0000" }])(
        "are refused %j",
        async (request) => {
          const bad = { tenantId: A, robotId: "robot-1", leaseMs: LEASE_MS, ...request };

          await expect(queue.openSession(bad)).rejects.toMatchObject({ code: "QUEUE_INVALID" });
        },
      );

      test("refuse to be renewed for a negative time", async () => {
        const sessionId = await session();

        await expect(queue.renew({ tenantId: A, sessionId, leaseMs: -5, jobs: [] })).rejects.toMatchObject({
          code: "QUEUE_INVALID",
        });
      });

      test("never share an id", async () => {
        const ids = await Promise.all(Array.from({ length: 20 }, () => session()));

        expect(new Set(ids).size).toBe(20);
      });
    });

    describe("poison jobs", () => {
      test("that kill every robot end in the dead letters", async () => {
        const jobId = await submit({ retry: { maxAttempts: 3 } });

        const reports = [];
        for (let n = 0; n < 3; n++) {
          await claimOne(await session(`robot-${n}`));
          reports.push(await loseSession());
        }

        expect(reports.map((report) => report.requeued.length)).toEqual([1, 1, 0]);
        expect(reports[2]?.died).toEqual([jobId]);
        expect(await jobOf(jobId)).toMatchObject({ state: "failed", attempt: 3, error: { code: "QUEUE_ROBOT_LOST" } });
        expect(await queue.getDeadLetter(A, jobId)).toMatchObject({ reason: "exhausted", attempts: 3 });
        expect(await outcomesOf(jobId)).toEqual(["lost", "lost", "lost"]);
      });

      test("are found even when attempts that did not start lie between", async () => {
        const jobId = await submit({ retry: { maxAttempts: 2 } });
        const holder = await session();
        await queue.release(await claimOne(holder), { started: false, reason: "x" });
        await claimOne(holder);
        await loseSession();
        await claimOne(await session());

        expect((await loseSession()).died).toEqual([jobId]);
        expect(await queue.getDeadLetter(A, jobId)).toMatchObject({ attempts: 2 });
        expect((await jobOf(jobId)).attempt).toBe(3);
      });
    });

    describe("requestCancel", () => {
      test("ends a waiting job at once", async () => {
        const jobId = await submit();

        expect(await queue.requestCancel(A, jobId, "wrong file")).toEqual({ kind: "cancelled" });

        expect(await jobOf(jobId)).toMatchObject({
          state: "cancelled",
          attempt: 0,
          error: { code: "QUEUE_CANCELLED" },
        });
        expect((await jobOf(jobId)).error?.message).toContain("wrong file");
        expect(await claim(await session())).toEqual([]);
        expect(await queue.requestCancel(A, jobId)).toEqual({ kind: "finished", state: "cancelled" });
        expect(await queue.getDeadLetter(A, jobId)).toBeUndefined();
      });

      test("ends a delayed job at once", async () => {
        const jobId = await submit({ runAt: inMs(3_600_000) });

        expect(await queue.requestCancel(A, jobId)).toEqual({ kind: "cancelled" });
        expect(await queue.stats(A)).toMatchObject({ pending: 0, delayed: 0 });
      });

      test.each([0, 1, 10, 18, 19, 20, 29])(
        "takes number %i out of a batch of thirty and leaves the rest in order",
        async (victim) => {
          const outcomes = await queue.enqueue(
            A,
            Array.from({ length: 30 }, (_, n) => ({ kind: "k", payload: n })),
          );
          const ids = outcomes.map((outcome) => outcome.jobId);
          const holder = await session();

          expect(await queue.requestCancel(A, ids[victim] ?? "")).toEqual({ kind: "cancelled" });

          const claimed = [];
          for (let n = 0; n < 15; n++) claimed.push(...(await claim(holder, { limit: 2 })));
          expect(claimed.map((job) => ids.indexOf(job.jobId))).toEqual(
            ids.map((_, n) => n).filter((n) => n !== victim),
          );
        },
      );

      test("takes many out of one batch, also after some were claimed", async () => {
        const outcomes = await queue.enqueue(
          A,
          Array.from({ length: 20 }, (_, n) => ({ kind: "k", payload: n })),
        );
        const ids = outcomes.map((outcome) => outcome.jobId);
        const holder = await session();
        const first = await claim(holder, { limit: 3 });

        for (const n of [19, 5, 10, 11, 4]) await queue.requestCancel(A, ids[n] ?? "");

        const rest = await claim(holder, { limit: 100 });
        expect([...first, ...rest].map((job) => ids.indexOf(job.jobId))).toEqual([
          0, 1, 2, 3, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17, 18,
        ]);
      });

      test("asks the holder of a running job, who hears of it with the next renewal", async () => {
        const jobId = await submit();
        const holder = await session();
        const lease = await claimOne(holder);

        expect(await queue.requestCancel(A, jobId, "too late")).toEqual({ kind: "requested", sessionId: holder });
        expect(await queue.requestCancel(A, jobId)).toEqual({ kind: "requested", sessionId: holder });

        expect(await jobOf(jobId)).toMatchObject({ state: "running", cancelRequested: true });
        const reply = await queue.renew({
          tenantId: A,
          sessionId: holder,
          leaseMs: LEASE_MS,
          jobs: [{ jobId, attempt: 1 }],
        });
        expect(reply).toEqual({ live: true, lost: [], cancelRequested: [jobId] });
        expect(await queue.fail(lease, transient)).toEqual({ kind: "ended", state: "cancelled" });
        expect(await jobOf(jobId)).toMatchObject({ state: "cancelled", cancelRequested: false });
      });

      test("accepts the result of a job that was faster", async () => {
        const jobId = await submit();
        const lease = await claimOne(await session());
        await queue.requestCancel(A, jobId);

        expect(await queue.complete(lease, "done")).toBe("recorded");
        expect((await jobOf(jobId)).state).toBe("completed");
        expect(await queue.requestCancel(A, jobId)).toEqual({ kind: "finished", state: "completed" });
      });

      test("is carried out when the robot dies: the job does not run again", async () => {
        const jobId = await submit();
        await claimOne(await session());
        await queue.requestCancel(A, jobId, "stop it");

        const report = await loseSession();

        expect(report).toMatchObject({ requeued: [], cancelled: [jobId] });
        expect((await jobOf(jobId)).error?.message).toContain("stop it");
        expect(await outcomesOf(jobId)).toEqual(["lost"]);
        expect(await claim(await session())).toEqual([]);
      });

      test("knows no job of another tenant and no nonsense", async () => {
        const jobId = await submit();

        expect(await queue.requestCancel(B, jobId)).toEqual({ kind: "not-found" });
        expect(await queue.requestCancel(A, "1' or '1'='1")).toEqual({ kind: "not-found" });
        expect(await queue.requestCancel(A, "99999999999999999999")).toEqual({ kind: "not-found" });
        expect((await jobOf(jobId)).state).toBe("pending");
      });

      test("racing with claims ends every job exactly one way", async () => {
        const outcomes = await queue.enqueue(
          A,
          Array.from({ length: 120 }, (_, n) => ({ kind: "k", payload: n })),
        );
        const holders = await Promise.all([session("robot-1"), session("robot-2")]);

        const cancels = outcomes.map((outcome) => queue.requestCancel(A, outcome.jobId));
        const claims = holders.flatMap((holder) => Array.from({ length: 20 }, () => claim(holder, { limit: 3 })));
        const [cancelled, claimed] = await Promise.all([Promise.all(cancels), Promise.all(claims)]);

        const kinds = cancelled.map((outcome) => outcome.kind);
        expect(kinds.filter((kind) => kind !== "cancelled" && kind !== "requested")).toEqual([]);
        const running = new Set(claimed.flat().map((job) => job.jobId));
        expect(running.size).toBe(claimed.flat().length);
        expect(kinds.filter((kind) => kind === "requested").length).toBeLessThanOrEqual(running.size);
        for (const [n, { jobId }] of outcomes.entries()) {
          expect(running.has(jobId)).toBe(kinds[n] === "requested");
        }
        expect(await queue.stats(A)).toMatchObject({ pending: 0, running: running.size });
      });

      test("racing with complete leaves one end", async () => {
        for (let n = 0; n < 20; n++) {
          const jobId = await submit();
          const lease = await claimOne(await session());

          const [settled, cancel] = await Promise.all([queue.complete(lease), queue.requestCancel(A, jobId)]);

          expect(settled).toBe("recorded");
          expect(["requested", "finished"]).toContain(cancel.kind);
          expect((await jobOf(jobId)).state).toBe("completed");
        }
      });
    });

    describe("delayed jobs", () => {
      test("cannot be claimed before their time, and can after it", async () => {
        const jobId = await submit({ runAt: inMs(60_000), priority: 100 });
        const holder = await session("robot-1", A, 3_600_000);
        expect(await jobOf(jobId)).toMatchObject({ state: "pending", attempt: 0 });
        expect(await queue.stats(A)).toMatchObject({ pending: 0, delayed: 1 });
        expect(await claim(holder)).toEqual([]);

        await harness.advance(75_000);

        expect(await queue.stats(A)).toMatchObject({ pending: 1, delayed: 0 });
        expect((await claimOne(holder)).jobId).toBe(jobId);
      });

      test("are moved into the line by the reaper, and say so", async () => {
        let rings = 0;
        const subscription = await queue.onAvailable(() => rings++);
        await submit({ runAt: inMs(60_000) });
        await submit({ runAt: inMs(90_000) });
        expect((await queue.reap()).promoted).toBe(0);
        await harness.advance(75_000);
        rings = 0;

        expect((await queue.reap()).promoted).toBe(1);

        expect(rings).toBeGreaterThan(0);
        expect((await queue.reap()).promoted).toBe(0);
        expect(await queue.stats(A)).toMatchObject({ pending: 1, delayed: 1 });
        await subscription.close();
      });

      test("with a time in the past start at once", async () => {
        const runAt = inMs(-60_000);
        const jobId = await submit({ runAt });

        expect((await jobOf(jobId)).runAt).toEqual(runAt);
        expect((await claimOne(await session())).jobId).toBe(jobId);
      });
    });

    describe("deadlines", () => {
      test("end a job that has not started by then", async () => {
        const [jobId, other] = [await submit({ deadline: soon() }), await submit()];
        const late = await submit({ deadline: soon(), runAt: inMs(3_600_000) });
        expect((await queue.reap()).timedOut).toEqual([]);
        await harness.advance(20_000);

        const report = await queue.reap();

        expect([...report.timedOut].toSorted()).toEqual([jobId, late].toSorted());
        expect(await jobOf(jobId)).toMatchObject({
          state: "timed_out",
          attempt: 0,
          error: { code: "QUEUE_DEADLINE_PASSED" },
        });
        expect(await queue.getDeadLetter(A, jobId)).toMatchObject({ reason: "deadline", attempts: 0 });
        expect((await jobOf(other)).state).toBe("pending");
        expect((await queue.reap()).timedOut).toEqual([]);
      });

      test("are kept even if a robot asks before the reaper", async () => {
        const overdue = await submit({ deadline: soon() });
        const holder = await session();
        const next = await submit();
        await harness.advance(20_000);

        const claimed = await claim(holder, { limit: 1 });

        expect(claimed.map((job) => job.jobId)).toEqual([next]);
        expect(await jobOf(overdue)).toMatchObject({ state: "timed_out", attempt: 0 });
        expect((await jobOf(overdue)).error?.message).toContain(overdue);
        expect(await queue.getDeadLetter(A, overdue)).toMatchObject({ reason: "deadline" });
        expect((await queue.reap()).timedOut).toEqual([]);
      });

      test("stop a running job, which then ends as timed_out", async () => {
        const jobId = await submit({ deadline: soon() });
        const holder = await session();
        const lease = await claimOne(holder);
        expect(lease.deadline).toBeInstanceOf(Date);
        await harness.advance(20_000);

        expect((await queue.reap()).timedOut).toEqual([]);

        const reply = await queue.renew({
          tenantId: A,
          sessionId: holder,
          leaseMs: LEASE_MS,
          jobs: [{ jobId, attempt: 1 }],
        });
        expect(reply.cancelRequested).toEqual([jobId]);
        expect(await queue.requestCancel(A, jobId)).toEqual({ kind: "requested", sessionId: holder });
        expect(await queue.fail(lease, aborted)).toEqual({ kind: "ended", state: "timed_out" });
        expect(await jobOf(jobId)).toMatchObject({
          state: "timed_out",
          error: { code: "QUEUE_DEADLINE_PASSED", details: { reported: { code: "ABORTED" } } },
        });
        expect(await queue.getDeadLetter(A, jobId)).toMatchObject({ reason: "deadline", attempts: 1 });
        expect(await outcomesOf(jobId)).toEqual(["timed_out"]);
      });

      test("accept the result of a job that ends anyway", async () => {
        const jobId = await submit({ deadline: soon() });
        const lease = await claimOne(await session());
        await harness.advance(20_000);
        await queue.reap();

        expect(await queue.complete(lease)).toBe("recorded");
        expect((await jobOf(jobId)).state).toBe("completed");
      });

      test("end a job whose robot died after them", async () => {
        const jobId = await submit({ deadline: soon() });
        await claimOne(await session());

        expect(await loseSession()).toMatchObject({ requeued: [], timedOut: [jobId] });
        expect(await outcomesOf(jobId)).toEqual(["lost"]);
      });

      test("end a job whose attempt failed after them instead of trying again", async () => {
        const jobId = await submit({ deadline: soon(), retry: NO_WAIT });
        const lease = await claimOne(await session());
        await harness.advance(20_000);

        expect(await queue.fail(lease, transient)).toEqual({ kind: "ended", state: "timed_out" });
        expect(await queue.getDeadLetter(A, jobId)).toMatchObject({ reason: "deadline" });
      });

      test("of finished jobs do nothing", async () => {
        const jobId = await submit({ deadline: soon() });
        await queue.complete(await claimOne(await session()));
        await harness.advance(20_000);

        expect((await queue.reap()).timedOut).toEqual([]);
        expect((await jobOf(jobId)).state).toBe("completed");
      });
    });

    describe("retry", () => {
      test("makes a new job like the old one", async () => {
        const old = await submit({
          payload: { file: "a" },
          priority: 90,
          requires: ["sap"],
          environment: "production",
          retry: { maxAttempts: 1 },
          idempotencyKey: "k",
          deadline: inMs(3_600_000),
        });
        const holder = await session();
        const offer = { environment: "production", capabilities: ["sap"] };
        await queue.complete(await claimOne(holder, offer), 1);

        const outcome = await queue.retry(A, old);

        if (outcome.kind !== "created") throw new Error(outcome.kind);
        expect(outcome.jobId).not.toBe(old);
        const [before, after] = [await jobOf(old), await jobOf(outcome.jobId)];
        expect(after).toMatchObject({
          state: "pending",
          retryOf: old,
          kind: before.kind,
          payload: before.payload,
          priority: before.priority,
          requires: before.requires,
          environment: before.environment,
          retry: before.retry,
          deadline: before.deadline,
          attempt: 0,
        });
        expect(after.idempotencyKey).toBeUndefined();
        expect(before.state).toBe("completed");
        expect(await claimOne(holder, offer)).toMatchObject({ jobId: outcome.jobId, attempt: 1 });
      });

      test("gives a new job as much time as the old one had when its deadline has passed", async () => {
        const old = await submit({ deadline: inMs(10_000) });
        await harness.advance(20_000);
        await queue.reap();

        const outcome = await queue.retry(A, old);

        if (outcome.kind !== "created") throw new Error(outcome.kind);
        const job = await jobOf(outcome.jobId);
        const allowanceMs = (job.deadline?.getTime() ?? 0) - job.createdAt.getTime();
        expect(Math.abs(allowanceMs - 10_000)).toBeLessThan(5_000);
        expect((await queue.reap()).timedOut).toEqual([]);
      });

      test("refuses jobs that have not ended, and those that are not there", async () => {
        const pending = await submit();
        expect(await queue.retry(A, pending)).toEqual({ kind: "not-finished", state: "pending" });
        await claimOne(await session());

        expect(await queue.retry(A, pending)).toEqual({ kind: "not-finished", state: "running" });
        expect(await queue.retry(A, "424242")).toEqual({ kind: "not-found" });
        expect(await queue.retry(A, "x")).toEqual({ kind: "not-found" });
        await queue.requestCancel(A, pending);
        expect(await queue.retry(B, pending)).toEqual({ kind: "not-found" });
      });

      test("counts as the requeueing of the dead letter, so that the job cannot run twice for one decision", async () => {
        const jobId = await submit();
        await queue.fail(await claimOne(await session()), permanent);

        const outcome = await queue.retry(A, jobId);

        if (outcome.kind !== "created") throw new Error(outcome.kind);
        expect(await queue.getDeadLetter(A, jobId)).toMatchObject({ requeuedAs: outcome.jobId });
        await expect(queue.requeueDeadLetter(A, jobId)).rejects.toMatchObject({ code: "QUEUE_DEAD_LETTER_REQUEUED" });
      });
    });

    describe("dead letters", () => {
      test("are requeued once, with every attribute of the job", async () => {
        const dead = await die({ priority: 3, requires: ["sap"], environment: "test", retry: { maxAttempts: 9 } });

        const { jobId } = await queue.requeueDeadLetter(A, dead);

        expect(await jobOf(jobId)).toMatchObject({
          state: "pending",
          retryOf: dead,
          priority: 3,
          requires: ["sap"],
          environment: "test",
          payload: { n: 1 },
          retry: { ...DEFAULT_RETRY, maxAttempts: 9 },
        });
        expect(await queue.getDeadLetter(A, dead)).toMatchObject({ jobId: dead, requeuedAs: jobId });
        await expect(queue.requeueDeadLetter(A, dead)).rejects.toMatchObject({
          code: "QUEUE_DEAD_LETTER_REQUEUED",
          details: { jobId: dead, requeuedAs: jobId },
        });
        expect((await queue.stats(A)).deadLetters).toBe(0);
      });

      test("are requeued once by two callers at the same time", async () => {
        const dead = await die();

        const results = await Promise.allSettled(Array.from({ length: 5 }, () => queue.requeueDeadLetter(A, dead)));

        expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
        expect((await queue.stats(A)).pending).toBe(1);
      });

      test("come back as new ones when the repeated job dies as well", async () => {
        const first = await die();
        const { jobId: second } = await queue.requeueDeadLetter(A, first);
        await queue.fail(await claimOne(await session()), permanent);

        const { data } = await queue.listDeadLetters(A, { limit: 10 });

        expect(data.map((letter) => [letter.jobId, letter.requeuedAs])).toEqual([
          [second, undefined],
          [first, second],
        ]);
        expect((await queue.stats(A)).deadLetters).toBe(1);
      });

      test("can be deleted; the job stays in the history", async () => {
        const dead = await die();

        expect(await queue.deleteDeadLetter(A, dead)).toBe(true);

        expect(await queue.deleteDeadLetter(A, dead)).toBe(false);
        expect(await queue.getDeadLetter(A, dead)).toBeUndefined();
        expect((await jobOf(dead)).state).toBe("failed");
        await expect(queue.requeueDeadLetter(A, dead)).rejects.toMatchObject({ code: "QUEUE_DEAD_LETTER_NOT_FOUND" });
      });

      test("are listed in pages, the newest first", async () => {
        const dead: string[] = [];
        for (let n = 0; n < 7; n++) {
          dead.push(await die());
          if (n % 2 === 0) await harness.advance(5);
        }

        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await queue.listDeadLetters(A, { limit: 3, ...(cursor !== undefined && { cursor }) });
          seen.push(...page.data.map((letter) => letter.jobId));
          cursor = page.nextCursor;
        } while (cursor !== undefined);

        expect(seen).toEqual(dead.toReversed());
      });

      test("of one tenant are hidden from another", async () => {
        const dead = await die();

        expect((await queue.listDeadLetters(B, { limit: 10 })).data).toEqual([]);
        expect(await queue.getDeadLetter(B, dead)).toBeUndefined();
        expect(await queue.deleteDeadLetter(B, dead)).toBe(false);
        await expect(queue.requeueDeadLetter(B, dead)).rejects.toMatchObject({ code: "QUEUE_DEAD_LETTER_NOT_FOUND" });
        await expect(queue.requeueDeadLetter(A, "x'")).rejects.toMatchObject({ code: "QUEUE_DEAD_LETTER_NOT_FOUND" });
        expect(await queue.getDeadLetter(A, "x'")).toBeUndefined();
        expect(await queue.deleteDeadLetter(A, "x'")).toBe(false);
      });
    });

    describe("get, list and attempts", () => {
      test("show nothing of another tenant, and nothing for nonsense", async () => {
        const jobId = await submit();
        await claimOne(await session());

        expect(await queue.get(B, jobId)).toBeUndefined();
        expect(await queue.attempts(B, jobId)).toEqual([]);
        expect((await queue.list(B, {}, { limit: 10 })).data).toEqual([]);
        expect(await queue.stats(B)).toEqual({ pending: 0, delayed: 0, heldBack: 0, running: 0, deadLetters: 0 });
        expect(await queue.get(A, "' or 1=1")).toBeUndefined();
        expect(await queue.get(A, "99999999999999999999")).toBeUndefined();
        expect(await queue.attempts(A, "-1")).toEqual([]);
      });

      test("page through all jobs, the newest first", async () => {
        const ids: string[] = [];
        for (let n = 0; n < 11; n++) ids.push(await submit({ priority: n }));

        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await queue.list(A, {}, { limit: 4, ...(cursor !== undefined && { cursor }) });
          seen.push(...page.data.map((job) => job.id));
          cursor = page.nextCursor;
        } while (cursor !== undefined);

        expect(seen).toEqual(ids.toReversed());
      });

      test("end with the last page even when it is full", async () => {
        await submit();
        await submit();

        expect((await queue.list(A, {}, { limit: 2 })).nextCursor).toBeUndefined();
      });

      test("filter by state, kind, robot, environment and time", async () => {
        const holder = await session("robot-x");
        const done = await submit({ kind: "a" });
        await queue.complete(await claimOne(holder));
        const failed = await submit({ kind: "a" });
        await queue.fail(await claimOne(holder), permanent);
        const cancelled = await submit({ kind: "b" });
        await queue.requestCancel(A, cancelled);
        const running = await submit({ kind: "b", environment: "test" });
        await claimOne(holder, { environment: "test" });
        const delayed = await submit({ kind: "a", runAt: inMs(60_000) });
        const pending = await submit({ kind: "b" });
        const names = new Map(
          Object.entries({ done, failed, cancelled, running, delayed, pending }).map(([label, id]) => [id, label]),
        );
        const find = async (filter: Parameters<JobQueue["list"]>[1]): Promise<string[]> =>
          (await queue.list(A, filter, { limit: 50 })).data.map((job) => names.get(job.id) ?? "?");

        expect(await find({})).toEqual(["pending", "delayed", "running", "cancelled", "failed", "done"]);
        expect(await find({ states: ["pending"] })).toEqual(["pending", "delayed"]);
        expect(await find({ states: ["running"] })).toEqual(["running"]);
        expect(await find({ states: ["completed"] })).toEqual(["done"]);
        expect(await find({ states: ["failed", "cancelled", "timed_out"] })).toEqual(["cancelled", "failed"]);
        expect(await find({ states: ["completed", "running"] })).toEqual(["running", "done"]);
        expect(await find({ states: ["waiting"] })).toEqual([]);
        expect(await find({ states: [] })).toEqual([]);
        expect(await find({ kind: "a" })).toEqual(["delayed", "failed", "done"]);
        expect(await find({ kind: "a", states: ["pending", "failed"] })).toEqual(["delayed", "failed"]);
        expect(await find({ robotId: "robot-x" })).toEqual(["running", "failed", "done"]);
        expect(await find({ robotId: "robot-x", states: ["running"] })).toEqual(["running"]);
        expect(await find({ robotId: "nobody" })).toEqual([]);
        expect(await find({ environment: "test" })).toEqual(["running"]);
        expect(await find({ createdFrom: inMs(60_000) })).toEqual([]);
        expect(await find({ createdFrom: new Date(0), createdTo: new Date(1) })).toEqual([]);
        expect(await find({ createdFrom: new Date(0) })).toHaveLength(6);
      });

      test("page through one state", async () => {
        const outcomes = await queue.enqueue(
          A,
          Array.from({ length: 25 }, (_, n) => ({ kind: "k", payload: n })),
        );
        const ids = outcomes.map((outcome) => outcome.jobId);
        await claim(await session(), { limit: 5 });

        const first = await queue.list(A, { states: ["pending"] }, { limit: 12 });
        const second = await queue.list(A, { states: ["pending"] }, { limit: 12, cursor: first.nextCursor ?? "" });

        expect([...first.data, ...second.data].map((job) => job.id)).toEqual(ids.slice(5).toReversed());
      });

      test.each([
        { limit: 0 },
        { limit: 251 },
        { limit: 10, cursor: "garbage" },
        { limit: 10, cursor: Buffer.from(`["1' or 1=1"]`).toString("base64url") },
        { limit: 10, cursor: Buffer.from(`["1","2","3"]`).toString("base64url") },
        { limit: 10, cursor: "" },
      ])("refuse the page %j", async (page) => {
        await expect(queue.list(A, {}, page)).rejects.toMatchObject({ code: "QUEUE_INVALID" });
        await expect(queue.listDeadLetters(A, page)).rejects.toMatchObject({ code: "QUEUE_INVALID" });
      });

      test("refuse a filter that makes no sense", async () => {
        await expect(queue.list(A, { createdFrom: new Date(Number.NaN) }, { limit: 1 })).rejects.toMatchObject({
          code: "QUEUE_INVALID",
        });
        await expect(queue.list(A, { kind: "\u0000" }, { limit: 1 })).rejects.toMatchObject({ code: "QUEUE_INVALID" });
      });

      test("tell the whole story of a job", async () => {
        const jobId = await submit({ retry: { maxAttempts: 3, baseMs: 0 } });
        const holder = await session("robot-1");
        await queue.release(await claimOne(holder), { started: false, reason: "draining" });
        await queue.fail(await claimOne(holder), transient);
        await claimOne(holder);
        await loseSession();
        const last = await session("robot-2");
        await queue.complete(await claimOne(last), "ok");

        const attempts = await queue.attempts(A, jobId);

        expect(attempts).toMatchObject([
          { attempt: 1, outcome: "released", robotId: "robot-1", error: { code: "QUEUE_RELEASED" } },
          { attempt: 2, outcome: "failed", robotId: "robot-1", error: { code: "SITE_DOWN" } },
          { attempt: 3, outcome: "lost", robotId: "robot-1", error: { code: "QUEUE_ROBOT_LOST" } },
          { attempt: 4, outcome: "completed", robotId: "robot-2", sessionId: last },
        ]);
        for (const attempt of attempts) {
          expect(attempt.endedAt?.getTime()).toBeGreaterThanOrEqual(attempt.startedAt.getTime());
        }
        expect(await jobOf(jobId)).toMatchObject({ state: "completed", attempt: 4, result: "ok" });
      });
    });

    describe("stats", () => {
      test("equal a recount", async () => {
        await queue.enqueue(
          A,
          Array.from({ length: 45 }, (_, n) => ({ kind: "k", payload: n, priority: n % 2 })),
        );
        await submit({ runAt: inMs(60_000) });
        await claim(await session(), { limit: 7 });
        await submit({ priority: 100 });
        await queue.fail(await claimOne(await session()), permanent);
        await harness.advance(4_000);

        const stats = await queue.stats(A);

        expect(stats).toMatchObject({ pending: 38, delayed: 1, running: 7, deadLetters: 1 });
        expect(stats.oldestPendingMs).toBeGreaterThanOrEqual(4_000);
        expect(stats.oldestPendingMs).toBeLessThan(14_000);
      });

      test("name no oldest job when none waits", async () => {
        expect((await queue.stats(A)).oldestPendingMs).toBeUndefined();
      });
    });

    describe("reap", () => {
      test("can run many times at once: each job is taken once", async () => {
        await queue.enqueue(
          A,
          Array.from({ length: 60 }, (_, n) => ({ kind: "k", payload: n })),
        );
        await queue.enqueue(
          A,
          Array.from({ length: 20 }, (_, n) => ({ kind: "d", payload: n, runAt: inMs(1_000) })),
        );
        await queue.enqueue(
          A,
          Array.from({ length: 20 }, (_, n) => ({
            kind: "l",
            payload: n,
            deadline: inMs(2_000),
            requires: ["x"],
          })),
        );
        for (let n = 0; n < 6; n++) await claim(await session(`robot-${n}`), { limit: 10 });
        await harness.advance(LEASE_MS + 1);

        const reports = await Promise.all(Array.from({ length: 4 }, () => queue.reap()));
        reports.push(await queue.reap());

        const requeued = reports.flatMap((report) => report.requeued);
        expect(requeued).toHaveLength(60);
        expect(new Set(requeued).size).toBe(60);
        expect(reports.reduce((sum, report) => sum + report.sessionsExpired, 0)).toBe(6);
        expect(reports.reduce((sum, report) => sum + report.promoted, 0)).toBe(20);
        expect(new Set(reports.flatMap((report) => report.timedOut)).size).toBe(20);
        expect(await queue.stats(A)).toMatchObject({ pending: 80, running: 0, delayed: 0 });
      });

      test("racing with complete leaves one end: completed, or requeued and then refused", async () => {
        await queue.enqueue(
          A,
          Array.from({ length: 30 }, (_, n) => ({ kind: "k", payload: n })),
        );
        const leases = await claim(await session(), { limit: 30 });
        await harness.advance(LEASE_MS + 1);

        const [report, ...settled] = await Promise.all([queue.reap(), ...leases.map((lease) => queue.complete(lease))]);

        for (const [n, lease] of leases.entries()) {
          const { state } = await jobOf(lease.jobId);
          const requeued = report.requeued.includes(lease.jobId);
          expect(settled[n]).toBe(requeued ? "lost" : "recorded");
          expect(state).toBe(requeued ? "pending" : "completed");
        }
      });

      test("works for all tenants", async () => {
        const jobs = [await submit({}, A), await submit({}, B)];
        await claimOne(await session("robot-1", A));
        await claimOne(await session("robot-1", B), { tenantId: B });

        expect([...(await loseSession()).requeued].toSorted()).toEqual(jobs.toSorted());
      });

      test("requeues at the old place in the line and wakes the robots", async () => {
        const [first, second] = [await submit(), await submit()];
        await claimOne(await session());
        let rings = 0;
        const subscription = await queue.onAvailable(() => rings++);

        await loseSession();

        expect(rings).toBeGreaterThan(0);
        const claimed = await claim(await session(), { limit: 2 });
        expect(claimed.map((job) => job.jobId)).toEqual([first, second]);
        await subscription.close();
      });
    });

    describe("onAvailable", () => {
      test("rings for new, released, requeued and repeated jobs, until it is closed", async () => {
        let rings = 0;
        const subscription = await queue.onAvailable(() => rings++);
        const rang = (): boolean => {
          const did = rings > 0;
          rings = 0;
          return did;
        };
        const holder = await session();

        const jobId = await submit();
        expect(rang()).toBe(true);
        await queue.release(await claimOne(holder), { started: false, reason: "x" });
        expect(rang()).toBe(true);
        await queue.fail(await claimOne(holder), permanent);
        rang();
        await queue.requeueDeadLetter(A, jobId);
        expect(rang()).toBe(true);
        await queue.retry(A, jobId);
        expect(rang()).toBe(true);
        await claim(holder, { limit: 10 });
        rang();
        await queue.closeSession(A, holder);
        expect(rang()).toBe(true);
        await subscription.close();
        await submit();
        expect(rang()).toBe(false);
      });
    });
  });
}

/** One request per key, and then all of them again. */
function twice(keys: readonly string[]): EnqueueRequest[] {
  return [...keys, ...keys].map((key) => ({ kind: "k", payload: key, idempotencyKey: key }));
}

function raise(): never {
  throw new Error("missing");
}
