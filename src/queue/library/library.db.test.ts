import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../../test/support/postgres.ts";
import { openDatabase } from "../../database/index.ts";
import type { Job } from "../job.ts";
import { PgQueuerConsumer, type PgQueuerConsumerOptions } from "./consumer.ts";
import { DLQManager } from "./dead-letter-queue.ts";
import { PgQueuerProducer } from "./producer.ts";

describe("the library on PostgreSQL", () => {
  let opened: TestDatabase;
  let producer: PgQueuerProducer;
  const consumers: PgQueuerConsumer[] = [];

  beforeEach(async () => {
    opened = await openTestDatabase();
    producer = new PgQueuerProducer({ url: opened.url });
  });
  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.stop({ drainMs: 0 })));
    await producer.close();
    await opened.close();
  });

  async function start(
    options: Pick<PgQueuerConsumerOptions, "robotId" | "handler"> & Partial<PgQueuerConsumerOptions>,
  ): Promise<PgQueuerConsumer> {
    const consumer = new PgQueuerConsumer({
      url: opened.url,
      reapMs: 200,
      pollMs: 60_000,
      ...options,
    });
    consumers.push(consumer);
    await consumer.start();
    return consumer;
  }

  async function ended(jobId: string): Promise<Job> {
    const deadline = Date.now() + 25_000;
    for (;;) {
      const job = await producer.get(jobId);
      if (job?.finishedAt !== undefined) return job;
      if (Date.now() > deadline) throw new Error(`job ${jobId} is still ${job?.state}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  test("shares the jobs of one producer among consumers, each job done once", async () => {
    const ran: string[] = [];
    const handler: PgQueuerConsumerOptions["handler"] = async (job) => {
      ran.push(job.jobId);
      return { square: Number(job.payload) ** 2 };
    };
    await start({ robotId: "a", handler, concurrency: 3 });
    await start({ robotId: "b", handler, concurrency: 3 });

    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, n) => producer.enqueue({ kind: "square", payload: n })),
    );

    const jobs = await Promise.all(outcomes.map(({ jobId }) => ended(jobId)));
    expect(jobs.map((job) => job.result)).toEqual(outcomes.map((_, n) => ({ square: n ** 2 })));
    expect(ran.toSorted()).toEqual(outcomes.map(({ jobId }) => jobId).toSorted());
    expect(jobs.every((job) => job.attempt === 1)).toBe(true);
  });

  test("gives the job of a consumer that died to the other one", async () => {
    const database = openDatabase({ url: opened.url });
    const dying: { aborted: unknown } = { aborted: undefined };
    const attempts: string[] = [];
    await start({
      database,
      robotId: "dying",
      leaseMs: 1_000,
      reapMs: 0,
      handler: async (job, { signal }) => {
        attempts.push(`dying ${job.attempt}`);
        // As dead as it can be without ending this process: nothing of it reaches the database any more.
        await database.close(0);
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        dying.aborted = signal.reason;
        return "from the dead";
      },
    });
    const { jobId } = await producer.enqueue({ kind: "k", payload: null });
    while (attempts.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));

    await start({
      robotId: "living",
      handler: async (job) => {
        attempts.push(`living ${job.attempt}`);
        return "alive";
      },
    });

    expect(await ended(jobId)).toMatchObject({ state: "completed", result: "alive", attempt: 2, robotId: "living" });
    expect(attempts).toEqual(["dying 1", "living 2"]);
    expect(dying.aborted).toMatchObject({ code: "QUEUE_LEASE_LOST" });
  });

  test("retries, buries and requeues", async () => {
    let isBroken = true;
    await start({
      robotId: "a",
      handler: async () => {
        if (isBroken) throw new Error("the site is down");
        return "repaired";
      },
    });
    const { jobId } = await producer.enqueue({
      kind: "k",
      payload: 1,
      retry: { maxAttempts: 2, baseMs: 1, jitter: 0 },
    });
    expect(await ended(jobId)).toMatchObject({ state: "failed", attempt: 2 });
    const letters = new DLQManager({ database: opened.database });
    expect((await letters.list()).data).toMatchObject([{ jobId, reason: "exhausted" }]);
    isBroken = false;

    const [requeued] = await letters.requeueAll({ kind: "k" });

    expect(await ended(requeued?.jobId ?? "")).toMatchObject({
      state: "completed",
      result: "repaired",
      retryOf: jobId,
    });
    await letters.close();
  });

  test("cancels a running job", async () => {
    await start({
      robotId: "a",
      heartbeatMs: 50,
      handler: async (_, { signal }) => {
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        signal.throwIfAborted();
      },
    });
    const { jobId } = await producer.enqueue({ kind: "k", payload: null });
    while ((await producer.get(jobId))?.state !== "running") await new Promise((resolve) => setTimeout(resolve, 10));

    expect(await producer.cancel(jobId)).toMatchObject({ kind: "requested" });

    expect(await ended(jobId)).toMatchObject({ state: "cancelled" });
  });

  test("needs nothing but an empty database", async () => {
    const empty = await openTestDatabase();
    await empty.database.query({ text: "drop schema public cascade", values: [] } as never);
    await empty.database.query({ text: "create schema public", values: [] } as never);
    const first = new PgQueuerProducer({ url: empty.url });

    const { created } = await first.enqueue({ kind: "k", payload: null });

    expect(created).toBe(true);
    await first.close();
    await empty.close();
  });

  test("says at its start that it cannot reach the database", async () => {
    const consumer = new PgQueuerConsumer({
      url: "postgres://nobody@127.0.0.1:1/nowhere",
      robotId: "a",
      handler: async () => undefined,
    });

    await expect(consumer.start()).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE", retryable: true });
    await consumer.stop();
    await expect(consumer.start()).rejects.toMatchObject({ code: "QUEUE_STOPPED" });
  });
});
