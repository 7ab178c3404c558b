import { EventEmitter, once } from "node:events";
import { describe, expect, test } from "vitest";
import { DEFAULT_TENANT, type TenantId } from "../../core/ids.ts";
import { MemoryQueue } from "../memory-queue.ts";
import { PgQueuerConsumer } from "./consumer.ts";
import { PgQueuerProducer } from "./producer.ts";

describe("PgQueuerConsumer", () => {
  test("works on the jobs of a queue in memory until it is stopped, and survives a listener that throws", async () => {
    const queue = new MemoryQueue();
    const producer = new PgQueuerProducer({ queue });
    const worker = new EventEmitter();
    const done = once(worker, "done");
    const consumer = new PgQueuerConsumer({
      queue: Object.assign(Object.create(queue) as MemoryQueue, {
        reap: async () => {
          throw new Error("no reaping today");
        },
        ...bound(queue),
      }),
      robotId: "robot-1",
      onError: () => {
        throw new Error("nobody listens");
      },
      handler: async (job) => {
        if (job.payload === 2) worker.emit("done");
      },
    });

    await producer.enqueueMany([
      { kind: "k", payload: 1 },
      { kind: "k", payload: 2 },
    ]);
    await consumer.start();
    await consumer.start();
    await done;
    await consumer.stop();
    await consumer.stop();

    expect(await producer.stats()).toMatchObject({ pending: 0, running: 0 });
    expect(consumer.running).toBe(0);
    await expect(new PgQueuerConsumer({ queue, robotId: "r", handler: async () => 1 }).stop()).resolves.toBeUndefined();
  });

  test("works for several tenants in turn: a newcomer does not wait behind the many jobs of another", async () => {
    const queue = new MemoryQueue();
    const newcomer = 2 as TenantId;
    const many = Array.from({ length: 30 }, () => ({ kind: "k", payload: "many" }));
    await queue.enqueue(DEFAULT_TENANT, many);
    const order: unknown[] = [];
    const worker = new EventEmitter();
    const done = once(worker, "done");
    const consumer = new PgQueuerConsumer({
      queue,
      robotId: "robot-1",
      tenantIds: [DEFAULT_TENANT, newcomer],
      handler: async ({ payload }) => {
        // Comes while the first job of the other one runs.
        if (order.length === 0) await queue.enqueue(newcomer, [{ kind: "k", payload: "newcomer" }]);
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (order.push(payload) === 31) worker.emit("done");
      },
    });

    await consumer.start();
    await done;
    await consumer.stop();

    expect(order.indexOf("newcomer")).toBeLessThanOrEqual(5);
  });

  test.each([
    { heartbeatMs: 400 },
    { concurrency: 0 },
    { concurrency: 1.5 },
    { tenantIds: [] },
    { tenantIds: [DEFAULT_TENANT, DEFAULT_TENANT] },
    { tenantId: DEFAULT_TENANT, tenantIds: [DEFAULT_TENANT] },
  ])("refuses %j", (options) => {
    const create = (): PgQueuerConsumer =>
      new PgQueuerConsumer({
        queue: new MemoryQueue(),
        robotId: "robot-1",
        leaseMs: 1_000,
        handler: async () => undefined,
        ...options,
      });

    expect(create).toThrow(RangeError);
  });
});

function bound(queue: MemoryQueue): Partial<MemoryQueue> {
  return {
    onAvailable: (listener) => queue.onAvailable(listener),
    openSession: (session) => queue.openSession(session),
    claim: (request) => queue.claim(request),
    renew: (renewal) => queue.renew(renewal),
    complete: (lease, result) => queue.complete(lease, result),
    closeSession: (tenantId, sessionId) => queue.closeSession(tenantId, sessionId),
  };
}
