import sql from "sql-template-tag";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../../test/support/processes.ts";
import { createManualClock } from "../../core/clock.ts";
import { DEFAULT_TENANT, type TenantId } from "../../core/ids.ts";
import { createEventRepository, createIdempotencyStore } from "../../persistence/index.ts";
import type { EnqueueRequest, ReapOptions, ReapReport } from "../../queue/index.ts";
import { type OrchestratorBench, openBench } from "../orchestrator-bench.suite.ts";
import { startGrace } from "./reap-grace.ts";
import { passOnce, startUpkeep, type UpkeepParts } from "./upkeep.ts";

const leaseMs = 1_000;

let bench: OrchestratorBench;
let parts: UpkeepParts;
beforeAll(async () => {
  bench = await openBench();
  parts = {
    database: bench.database,
    queue: bench.queue,
    events: createEventRepository(bench.database),
    idempotency: createIdempotencyStore(bench.database),
    desk: { pass: async () => undefined },
    reapMs: 5,
    leaseMs,
    clock: createManualClock(),
    log: { debug() {}, info() {}, warn() {}, error() {} },
  };
});
afterAll(() => bench.close());

const over = startGrace(0, 0);

/** A job whose robot has fallen silent for longer than its lease. */
async function abandon(request: Partial<EnqueueRequest> = {}, tenantId: TenantId = DEFAULT_TENANT): Promise<string> {
  const [made] = await bench.queue.enqueue(tenantId, [{ kind: "w", payload: {}, ...request }]);
  const { sessionId } = await bench.queue.openSession({ tenantId, robotId: "robot-1", leaseMs });
  const environment = request.environment ?? "default";
  await bench.queue.claim({ tenantId, sessionId, environment, capabilities: [], limit: 1 });
  const jobs = [{ jobId: made?.jobId ?? "", attempt: 1 }];
  await bench.queue.renew({ tenantId, sessionId, leaseMs, jobs });
  await bench.database.query(
    sql`update queue_session set until = now() - interval '1 s' where id = ${sessionId}::bigint`,
  );
  return made?.jobId ?? "";
}

describe("a pass", () => {
  test("gives the jobs of silent robots to others and tells so", async () => {
    const jobId = await abandon();

    await passOnce(parts, over);

    expect(await bench.queue.get(DEFAULT_TENANT, jobId)).toMatchObject({ state: "pending" });
    const events = await bench.eventsOf((event) => event.jobId === jobId);
    expect(events).toMatchObject([
      { type: "job.lost", attempt: 1, robotId: "robot-1" },
      { type: "job.requeued", attempt: 1, data: { runAt: expect.any(String) } },
    ]);
  });

  test("tells that a job is dead whose last attempt was lost", async () => {
    const jobId = await abandon({ environment: "last", retry: { maxAttempts: 1 } });

    await passOnce(parts, over);

    expect(await bench.queue.get(DEFAULT_TENANT, jobId)).toMatchObject({ state: "failed" });
    const events = await bench.eventsOf((event) => event.jobId === jobId);
    expect(events.map(({ type }) => type)).toEqual(["job.lost", "job.dead"]);
    expect(events[1]?.data).toMatchObject({ error: { code: "QUEUE_ROBOT_LOST" } });
  });

  test("ends jobs past their deadline, and cancelled ones whose robot is gone", async () => {
    const [late] = await bench.queue.enqueue(DEFAULT_TENANT, [
      { kind: "w", payload: {}, environment: "late", deadline: new Date(Date.now() + 50) },
    ]);
    const cancelled = await abandon({ environment: "cancelled" });
    await bench.queue.requestCancel(DEFAULT_TENANT, cancelled);
    await until(async () => {
      await passOnce(parts, over);
      return (await bench.queue.get(DEFAULT_TENANT, late?.jobId ?? ""))?.state === "timed_out" ? true : undefined;
    }, 5_000);

    expect(await bench.typesOf(late?.jobId ?? "")).toEqual(["job.timed-out"]);
    expect((await bench.typesOf(cancelled)).at(-1)).toBe("job.cancelled");
  });

  test("tells each tenant of its own jobs", async () => {
    const jobId = await abandon({ environment: "foreign" }, bench.foreignTenant);

    await passOnce(parts, over);

    expect(await bench.typesOf(jobId)).toEqual([]);
    const events = await parts.events.after(bench.foreignTenant, "0", 10, { jobId });
    expect(events.map(({ type }) => type)).toEqual(["job.lost", "job.requeued"]);
  });

  test("takes nothing while robots may still be on their way back", async () => {
    const jobId = await abandon({ environment: "grace" });

    await passOnce(parts, startGrace(parts.clock.now().getTime(), leaseMs));

    expect(await bench.queue.get(DEFAULT_TENANT, jobId)).toMatchObject({ state: "running" });
  });

  test("deletes idempotency rows that have expired", async () => {
    const request = { tenantId: DEFAULT_TENANT, keyId: "019b76da-a800-7000-8000-000000000001", route: "r", key: "k" };
    await parts.idempotency.claim({ ...request, requestHash: new Uint8Array(1) }, { lockMs: 0, keepMs: 0 });

    await passOnce(parts, startGrace(parts.clock.now().getTime(), leaseMs));

    expect(await bench.database.query(sql`select 1 from idempotency where route = 'r'`)).toEqual([]);
  });
});

describe("the loop", () => {
  test("waits a lease after its start and after an outage before it takes jobs, and logs an outage once", async () => {
    const clock = createManualClock();
    const logged: string[] = [];
    const log = {
      debug() {},
      info: (_: object, text: string) => void logged.push(text),
      warn: (_: object, text: string) => void logged.push(text),
      error() {},
    };
    let reaps = 0;
    let passes = 0;
    let isDown = false;
    let sparing = 0;
    const queue = {
      ...parts.queue,
      async reap(options?: ReapOptions) {
        if (options?.spareSessions) sparing++;
        else reaps++;
        return nothingDone;
      },
    };
    const idempotency = {
      ...parts.idempotency,
      async deleteExpired() {
        passes++;
        if (isDown) throw new Error("database down");
        return 0;
      },
    };
    const pass = async (): Promise<void> => {
      const before = passes;
      await until(async () => (passes >= before + 2 ? true : undefined), 5_000);
    };
    const upkeep = startUpkeep({ ...parts, clock, log, queue, idempotency });

    await pass();
    expect(reaps).toBe(0);
    expect(sparing).toBeGreaterThan(0);
    clock.advance(leaseMs - 1);
    await pass();
    clock.advance(1);
    await pass();
    expect(reaps).toBeGreaterThan(0);

    isDown = true;
    await pass();
    isDown = false;
    await pass();
    const whileDown = reaps;
    await pass();
    expect(reaps).toBe(whileDown);
    clock.advance(leaseMs - 1);
    await pass();
    clock.advance(1);
    await pass();
    expect(reaps).toBeGreaterThan(whileDown);
    await upkeep.close();

    expect(logged.filter((text) => text.startsWith("upkeep"))).toEqual([
      "upkeep stopped by an error",
      "upkeep goes on",
    ]);
  });
});

const nothingDone: ReapReport = {
  requeued: [],
  died: [],
  cancelled: [],
  timedOut: [],
  promoted: 0,
  admitted: false,
  sessionsExpired: 0,
};
