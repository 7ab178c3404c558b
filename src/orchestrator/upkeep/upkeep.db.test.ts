import sql from "sql-template-tag";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../../test/support/processes.ts";
import { createManualClock } from "../../core/clock.ts";
import { DEFAULT_TENANT, type TenantId } from "../../core/ids.ts";
import { createArtifactRepository, createEventRepository, createIdempotencyStore } from "../../persistence/index.ts";
import type { EnqueueRequest, QueueAlarm, ReapOptions, ReapReport, TidyReport } from "../../queue/index.ts";
import { type OrchestratorBench, openBench } from "../orchestrator-bench.suite.ts";
import { startGrace } from "./reap-grace.ts";
import { passOnce, startUpkeep, tidyOnce, type UpkeepParts } from "./upkeep.ts";

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
    tidyMs: 5,
    tidy: {
      retentionDays: 8,
      deadLetterRetentionDays: 0,
      alarms: { horizonMs: 3_600_000, deadRows: 1_000_000 },
    },
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

/** What the queue would say that it did. */
function reporting(reports: Partial<TidyReport>[]): UpkeepParts["queue"] {
  const nothing = { jobsForgotten: false, deadLettersForgotten: 0, raised: [], cleared: [] };
  return { ...parts.queue, tidy: async () => ({ ...nothing, ...reports.shift() }) };
}

describe("what is past its time", () => {
  test("events and artifacts of forgotten jobs go, those of others and of late stay", async () => {
    const { database } = bench;
    const [kept] = await bench.queue.enqueue(DEFAULT_TENANT, [{ kind: "w", payload: 1, environment: "kept" }]);
    const keptId = kept?.jobId ?? "";
    const old = new Date(Date.now() - 9 * 86_400_000);
    await parts.events.append(DEFAULT_TENANT, [
      { type: "job.created", jobId: "7000", at: old },
      { type: "job.created", jobId: keptId, at: old },
      { type: "robot.online", robotId: "r", at: old },
      { type: "job.created", jobId: "8000" },
    ]);
    const artifact = { attempt: 1, name: "a.txt", contentType: "text/plain", sizeBytes: 1, sha256: "a".repeat(64) };
    const artifacts = createArtifactRepository(database);
    for (const jobId of ["7000", keptId]) await artifacts.add({ tenantId: DEFAULT_TENANT, jobId, ...artifact });
    await database.query(sql`update artifact set created_at = created_at - interval '9 days'`);

    await tidyOnce({ ...parts, queue: reporting([{ jobsForgotten: true }]) }, false);

    const left = (await parts.events.after(DEFAULT_TENANT, "0", 1_000)).filter(
      ({ jobId, robotId }) => ["7000", "8000", keptId].includes(jobId ?? "") || robotId === "r",
    );
    expect(left.map(({ jobId }) => jobId)).toEqual([keptId, "8000"]);
    expect(await artifacts.list(DEFAULT_TENANT, "7000")).toEqual([]);
    expect(await artifacts.list(DEFAULT_TENANT, keptId)).toHaveLength(1);
  });

  test("is looked through after jobs were forgotten and once after the start, and never when all is kept", async () => {
    const old = new Date(Date.now() - 9 * 86_400_000);
    const count = async (): Promise<number> =>
      (await parts.events.after(DEFAULT_TENANT, "0", 1_000)).filter(({ robotId }) => robotId === "s").length;
    await parts.events.append(DEFAULT_TENANT, [{ type: "robot.online", robotId: "s", at: old }]);

    await tidyOnce({ ...parts, queue: reporting([]) }, false);
    await tidyOnce({ ...parts, queue: reporting([]), tidy: { ...parts.tidy, retentionDays: 0 } }, true);
    expect(await count()).toBe(1);

    await tidyOnce({ ...parts, queue: reporting([]) }, true);
    expect(await count()).toBe(0);
  });

  test("the loop logs an alarm once when it comes and once when it is over, and an outage once", async () => {
    const alarm: QueueAlarm = {
      code: "QUEUE_DEAD_ROWS",
      subject: "queue_ready",
      message: "queue_ready holds 9 deleted rows",
      remedy: "See that autovacuum is on",
      since: new Date(),
    };
    const logged: (readonly [object, string])[] = [];
    const write = (facts: object, text: string): void => void logged.push([facts, text]);
    let passes = 0;
    const reports = [{ raised: [alarm] }, {}, { cleared: [alarm] }];
    const queue = reporting(reports);
    const tidy: UpkeepParts["queue"]["tidy"] = async (options) => {
      passes++;
      if (passes === 4 || passes === 5) throw new Error("database down");
      return queue.tidy(options);
    };
    const log = { debug() {}, info: write, warn: write, error() {} };
    const upkeep = startUpkeep({ ...parts, log, queue: { ...queue, tidy, reap: async () => nothingDone } });
    await until(async () => (passes > 7 ? true : undefined), 5_000);
    await upkeep.close();

    expect(logged.map(([, text]) => text)).toEqual([
      "queue alarm",
      "queue alarm over",
      "upkeep of the history stopped by an error",
      "upkeep of the history goes on",
    ]);
    expect(logged[0]?.[0]).toMatchObject({ code: "QUEUE_DEAD_ROWS", remedy: "See that autovacuum is on" });
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
