import { describe, expect, test } from "vitest";
import type { TenantId } from "../../core/ids.ts";
import { MemoryQueue } from "../memory-queue.ts";
import { PgQueuerProducer } from "./producer.ts";

describe("PgQueuerProducer", () => {
  test("puts jobs into the queue of its tenant, one by one and many at once", async () => {
    const queue = new MemoryQueue();
    const producer = new PgQueuerProducer({ queue, tenantId: 7 as TenantId });

    const { jobId } = await producer.enqueue({ kind: "a", payload: { n: 1 } });
    const many = await producer.enqueueMany([
      { kind: "b", payload: 2 },
      { kind: "b", payload: 3 },
    ]);

    expect(await producer.get(jobId)).toMatchObject({ kind: "a", payload: { n: 1 }, tenantId: 7 });
    expect(many).toHaveLength(2);
    expect(await producer.stats()).toMatchObject({ pending: 3 });
    await producer.close();
  });

  test("cancels and repeats jobs", async () => {
    const producer = new PgQueuerProducer({ queue: new MemoryQueue() });
    const { jobId } = await producer.enqueue({ kind: "a", payload: null });

    await expect(producer.retry(jobId)).rejects.toMatchObject({ code: "QUEUE_JOB_NOT_FINISHED" });
    expect(await producer.cancel(jobId, "obsolete")).toEqual({ kind: "cancelled" });
    const repeated = await producer.retry(jobId);

    expect(await producer.get(repeated)).toMatchObject({ retryOf: jobId, state: "pending" });
    await expect(producer.retry("4711")).rejects.toMatchObject({ code: "QUEUE_JOB_NOT_FOUND" });
    await producer.close();
  });

  test("waits for jobs on their way before it closes, and takes none after", async () => {
    const queue = new MemoryQueue();
    const producer = new PgQueuerProducer({ queue });
    const onTheirWay = [1, 2, 3].map((n) => producer.enqueue({ kind: "a", payload: n }));

    await producer.close();

    expect(await Promise.all(onTheirWay)).toHaveLength(3);
    await expect(producer.enqueue({ kind: "a", payload: 4 })).rejects.toMatchObject({ code: "QUEUE_STOPPED" });
    await expect(producer.stats()).rejects.toMatchObject({ code: "QUEUE_STOPPED" });
  });

  test("refuses a bad job to its own caller only", async () => {
    const producer = new PgQueuerProducer({ queue: new MemoryQueue() });

    const results = await Promise.allSettled([
      producer.enqueue({ kind: "a", payload: 1 }),
      producer.enqueue({ kind: "", payload: 2 }),
      producer.enqueue({ kind: "c", payload: 3 }),
    ]);

    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    await producer.close();
  });
});
