import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createManualClock, type ManualClock } from "../../core/clock.ts";
import { AppError, hasCode } from "../../core/errors.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import type { EnqueueRequest, Job } from "../job.ts";
import { createMemoryQueue, type MemoryQueue } from "../memory-queue.ts";
import type { JobQueue, Renewal } from "../queue.ts";
import { Consumer, type ConsumerOptions } from "./consumer.ts";
import { JobFailedError } from "./handler-failure.ts";
import type { HandlerContext } from "./held-job.ts";

const LEASE_MS = 30_000;

describe("Consumer", () => {
  let clock: ManualClock;
  let queue: MemoryQueue;
  const consumers: Consumer[] = [];

  beforeEach(() => {
    clock = createManualClock();
    queue = createMemoryQueue({ clock });
  });
  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.stop(0)));
    await queue.close();
  });

  function start(options: Partial<ConsumerOptions> & Pick<ConsumerOptions, "handler">): Consumer {
    const consumer = new Consumer({
      queue,
      tenantId: DEFAULT_TENANT,
      robotId: "robot-1",
      environment: "default",
      capabilities: [],
      concurrency: 1,
      leaseMs: LEASE_MS,
      heartbeatMs: 10,
      // So long that a test which needs it to poll would fail.
      pollMs: 60_000,
      onError: () => undefined,
      ...options,
    });
    consumers.push(consumer);
    return consumer;
  }

  async function submit(request: Partial<EnqueueRequest> = {}): Promise<string> {
    const [outcome] = await queue.enqueue(DEFAULT_TENANT, [{ kind: "k", payload: 1, ...request }]);
    return outcome?.jobId ?? "";
  }

  async function ended(jobId: string): Promise<Job> {
    return eventually(async () => {
      const job = await queue.get(DEFAULT_TENANT, jobId);
      return job?.finishedAt === undefined ? undefined : job;
    });
  }

  test("runs jobs and records their results", async () => {
    start({ handler: async (job) => ({ doubled: Number(job.payload) * 2 }) });

    const job = await ended(await submit({ payload: 21 }));

    expect(job).toMatchObject({ state: "completed", result: { doubled: 42 }, robotId: "robot-1" });
  });

  test("tells no result from null", async () => {
    start({ handler: async (job) => (job.kind === "null" ? null : undefined) });

    const [nothing, none] = [await ended(await submit({ kind: "null" })), await ended(await submit())];

    expect(nothing.result).toBeNull();
    expect(none.result).toBeUndefined();
  });

  test("never runs more jobs at once than it may, and as many as it may", async () => {
    let running = 0;
    let most = 0;
    start({
      concurrency: 3,
      handler: async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running--;
      },
    });

    const ids = (
      await queue.enqueue(
        DEFAULT_TENANT,
        Array.from({ length: 20 }, (_, n) => ({ kind: "k", payload: n })),
      )
    ).map((outcome) => outcome.jobId);
    await Promise.all(ids.map(ended));

    expect(most).toBe(3);
  });

  test("is woken by new jobs instead of waiting for its poll", async () => {
    const watched = watchClaims(queue);
    start({ queue: watched.queue, handler: async () => "done" });
    await watched.idle();

    expect((await ended(await submit())).state).toBe("completed");
  });

  test("finds jobs by polling when nothing wakes it", async () => {
    const deaf: JobQueue = Object.assign(Object.create(queue) as JobQueue, bind(queue), {
      onAvailable: async () => ({ close: async () => undefined }),
    });
    const watched = watchClaims(deaf);
    start({ queue: watched.queue, pollMs: 5, handler: async () => "done" });
    await watched.idle();

    expect((await ended(await submit())).state).toBe("completed");
  });

  test("records failures as what they are", async () => {
    start({
      handler: async (job) => {
        if (job.kind === "permanent") throw new JobFailedError({ code: "NO", message: "no", errorClass: "permanent" });
        throw new Error("boom");
      },
    });

    const permanent = await ended(await submit({ kind: "permanent" }));
    const exhausted = await ended(await submit({ retry: { maxAttempts: 2, baseMs: 0 } }));

    expect(permanent).toMatchObject({ state: "failed", attempt: 1, error: { code: "NO" } });
    expect(exhausted).toMatchObject({
      state: "failed",
      attempt: 2,
      error: { code: "HANDLER_FAILED", message: "boom" },
    });
  });

  test("fails a job whose result cannot be stored", async () => {
    start({ handler: async () => "x".repeat(2_000_000) });

    expect(await ended(await submit())).toMatchObject({ state: "failed", error: { code: "QUEUE_INVALID" } });
  });

  test("sends progress with its heartbeats", async () => {
    const gate = createGate();
    start({
      handler: async (_, { progress }) => {
        progress(0.5, "half way");
        await gate.opened;
      },
    });
    const jobId = await submit();

    const job = await eventually(async () => {
      const found = await queue.get(DEFAULT_TENANT, jobId);
      return found?.progress === undefined ? undefined : found;
    });

    expect(job).toMatchObject({ progress: 0.5, progressNote: "half way" });
    gate.open();
  });

  test("aborts the handler of a cancelled job, which then ends as cancelled", async () => {
    const started = createGate();
    start({
      handler: async (_, { signal }) => {
        started.open();
        await untilAborted(signal);
        signal.throwIfAborted();
      },
    });
    const jobId = await submit();
    await started.opened;

    await queue.requestCancel(DEFAULT_TENANT, jobId, "obsolete");

    expect(await ended(jobId)).toMatchObject({ state: "cancelled", error: { code: "QUEUE_CANCELLED" } });
  });

  test("aborts the handler when its lease is lost, says nothing about the job, and works on in a new session", async () => {
    const reasons: unknown[] = [];
    const attempts: number[] = [];
    const errors: unknown[] = [];
    start({
      onError: (error) => errors.push(error),
      handler: async (job, { signal }) => {
        attempts.push(job.attempt);
        if (job.attempt > 1) return "second";
        signal.addEventListener("abort", () => reasons.push(signal.reason));
        await untilAborted(signal);
        return "first";
      },
    });
    const jobId = await submit();
    await eventually(async () => attempts[0]);

    clock.advance(LEASE_MS + 1);
    await queue.reap();

    expect(await ended(jobId)).toMatchObject({ state: "completed", result: "second", attempt: 2 });
    expect(reasons.map((reason) => hasCode(reason, "QUEUE_LEASE_LOST"))).toEqual([true]);
    expect(errors).toEqual([]);
  });

  test("reports a result that came too late, and it does not count", async () => {
    const errors: unknown[] = [];
    const [started, finish] = [createGate(), createGate()];
    start({
      heartbeatMs: 9_000,
      onError: (error) => errors.push(error),
      handler: async () => {
        started.open();
        await finish.opened;
        return "late";
      },
    });
    const jobId = await submit({ retry: { maxAttempts: 1 } });
    await started.opened;
    clock.advance(LEASE_MS + 1);
    await queue.reap();

    finish.open();

    await eventually(async () => errors[0]);
    expect(hasCode(errors[0], "QUEUE_LEASE_LOST")).toBe(true);
    expect(await ended(jobId)).toMatchObject({ state: "failed", error: { code: "QUEUE_ROBOT_LOST" } });
  });

  test("aborts handlers once it could not renew for a whole lease", async () => {
    const own = createManualClock();
    const outage = createOutage(queue);
    const started = createGate();
    let reason: unknown;
    start({
      queue: outage.queue,
      clock: own,
      handler: async (_, { signal }) => {
        started.open();
        await untilAborted(signal);
        reason = signal.reason;
      },
    });
    await submit();
    await started.opened;

    outage.begin();
    own.advance(LEASE_MS - 1_000);
    await outage.refused(2);
    expect(reason).toBeUndefined();
    own.advance(2_000);

    await eventually(async () => reason);
    expect(hasCode(reason, "QUEUE_LEASE_LOST")).toBe(true);
    outage.end();
  });

  test("gives its jobs back when its renewals arrive and their answers do not", async () => {
    const own = createManualClock();
    const started = createGate();
    const deaf = Object.assign(Object.create(queue) as JobQueue, bind(queue), {
      renew: async (renewal: Renewal) => {
        await queue.renew(renewal);
        throw new Error("no answer came");
      },
    });
    const lostTouch = start({
      queue: deaf,
      clock: own,
      handler: async (_, { signal }) => {
        started.open();
        await untilAborted(signal);
      },
    });
    const jobId = await submit();
    await started.opened;

    own.advance(LEASE_MS + 1);
    const first = await eventually(async () =>
      (await queue.attempts(DEFAULT_TENANT, jobId)).find(({ outcome }) => outcome !== "running"),
    );

    expect(first).toMatchObject({ attempt: 1, outcome: "released" });
    await lostTouch.stop(0);
  });

  test("goes on recording a result until it is recorded", async () => {
    const outage = createOutage(queue);
    const errors: unknown[] = [];
    start({
      queue: outage.queue,
      onError: (error) => errors.push(error),
      handler: async () => {
        outage.begin();
        return "kept";
      },
    });
    const jobId = await submit();
    await outage.refused(2);

    outage.end();

    expect(await ended(jobId)).toMatchObject({ state: "completed", result: "kept", attempt: 1 });
    expect(errors.length).toBeGreaterThan(0);
  });

  test("gives back what was claimed so slowly that the lease may be over", async () => {
    const own = createManualClock();
    let slow = true;
    const sluggish: JobQueue = Object.assign(Object.create(queue) as JobQueue, bind(queue), {
      claim: async (request: Parameters<JobQueue["claim"]>[0]) => {
        const jobs = await queue.claim(request);
        if (slow && jobs.length > 0) own.advance(LEASE_MS);
        if (jobs.length > 0) slow = false;
        return jobs;
      },
    });
    const attempts: number[] = [];
    const jobId = await submit({ retry: { maxAttempts: 1 } });
    start({
      queue: sluggish,
      clock: own,
      handler: async (job) => {
        attempts.push(job.attempt);
      },
    });

    await ended(jobId);

    expect(attempts).toEqual([2]);
    expect((await queue.attempts(DEFAULT_TENANT, jobId)).map((attempt) => attempt.outcome)).toEqual([
      "released",
      "completed",
    ]);
  });

  test("lets its jobs end when it is stopped, and takes no new ones", async () => {
    const [started, finish] = [createGate(), createGate()];
    const consumer = start({
      handler: async () => {
        started.open();
        await finish.opened;
        return "drained";
      },
    });
    const [first, second] = [await submit(), await submit()];
    await started.opened;

    const stopping = consumer.stop(10_000);
    finish.open();
    await stopping;

    expect(await queue.get(DEFAULT_TENANT, first)).toMatchObject({ state: "completed", result: "drained" });
    expect(await queue.get(DEFAULT_TENANT, second)).toMatchObject({ state: "pending", attempt: 0 });
    expect(consumer.running).toBe(0);
  });

  test("gives back what does not end in time, without waiting for its lease", async () => {
    const started = createGate();
    let reason: unknown;
    const consumer = start({
      handler: async (_, { signal }) => {
        started.open();
        await untilAborted(signal);
        reason = signal.reason;
        throw new Error("interrupted");
      },
    });
    const jobId = await submit();
    await started.opened;

    await consumer.stop(0);

    expect(hasCode(reason, "QUEUE_STOPPED")).toBe(true);
    expect(await queue.get(DEFAULT_TENANT, jobId)).toMatchObject({ state: "pending", attempt: 1 });
    expect((await queue.attempts(DEFAULT_TENANT, jobId))[0]).toMatchObject({ outcome: "released" });
  });

  test("works on after an outage at its start", async () => {
    const outage = createOutage(queue);
    outage.begin();
    start({ queue: outage.queue, pollMs: 5, handler: async () => "late" });
    const jobId = await submit();
    await outage.refused(2);

    outage.end();

    expect((await ended(jobId)).result).toBe("late");
  });
});

function createGate(): { readonly open: () => void; readonly opened: Promise<void> } {
  const gate = new AbortController();
  return { open: () => gate.abort(), opened: untilAborted(gate.signal) };
}

/** Tells when a consumer has looked for jobs in vain. */
function watchClaims(inner: JobQueue): { readonly queue: JobQueue; readonly idle: () => Promise<number> } {
  let empty = 0;
  const watched = Object.assign(Object.create(inner) as JobQueue, bind(inner), {
    claim: async (request: Parameters<JobQueue["claim"]>[0]) => {
      const jobs = await inner.claim(request);
      if (jobs.length === 0) empty++;
      return jobs;
    },
  });
  return { queue: watched, idle: () => eventually(async () => (empty > 0 ? empty : undefined)) };
}

function untilAborted(signal: HandlerContext["signal"]): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });
}

async function eventually<T>(find: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error("did not happen within 10 s");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** All methods of a queue, so that some can be replaced. */
function bind(queue: JobQueue): Partial<JobQueue> {
  const names = [
    "openSession",
    "renew",
    "claim",
    "complete",
    "fail",
    "release",
    "closeSession",
    "onAvailable",
  ] as const;
  return Object.fromEntries(names.map((name) => [name, (queue[name] as (...args: never) => unknown).bind(queue)]));
}

/** A queue that can be out of reach for a while. */
function createOutage(inner: JobQueue) {
  let isDown = false;
  let refusals = 0;
  const guarded = Object.fromEntries(
    Object.entries(bind(inner)).map(([name, method]) => [
      name,
      async (...args: unknown[]) => {
        if (!isDown) return (method as (...rest: unknown[]) => unknown)(...args);
        refusals++;
        const spec = { status: 503, retryable: true, message: () => "the store is out of reach" };
        throw new AppError("STORE_DOWN", spec, {});
      },
    ]),
  );
  return {
    queue: Object.assign(Object.create(inner) as JobQueue, guarded),
    begin: () => {
      isDown = true;
      refusals = 0;
    },
    end: () => {
      isDown = false;
    },
    refused: (times: number) => eventually(async () => (refusals >= times ? refusals : undefined)),
  };
}
