import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../../../test/support/processes.ts";
import { DEFAULT_TENANT } from "../../../core/ids.ts";
import { type OrchestratorBench, openBench } from "../../orchestrator-bench.suite.ts";

type Answer = Awaited<ReturnType<OrchestratorBench["call"]>>;

let bench: OrchestratorBench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const PATH = "/api/v1/queue/statistics";
const KEEP_ALL = { retentionDays: 0, deadLetterRetentionDays: 0 };

test("the queue's figures tell what waits, how what ended went, and what is wrong", async () => {
  await bench.queue.enqueue(DEFAULT_TENANT, [
    { kind: "w", payload: 1 },
    { kind: "w", payload: 2 },
    { kind: "w", payload: 3, environment: "test", requires: ["ocr"], priority: 90 },
  ]);
  await bench.queue.complete({ tenantId: DEFAULT_TENANT, ...(await bench.claim()) });
  const ended = new Date();

  // The minute that has begun is not over: the window is widened to its end.
  const answered = await until<Answer>(async () => {
    await bench.queue.tidy({ ...KEEP_ALL, alarms: { horizonMs: 3_600_000, deadRows: -1 } });
    const answer = await bench.call("GET", PATH);
    return new Date(answer.body.asOf) >= ended ? answer : undefined;
  }, 10_000);

  const body = answered?.body;
  expect(answered?.status).toBe(200);
  expect(body).toMatchObject({
    depth: {
      pending: 2,
      delayed: 0,
      heldBack: 0,
      running: 0,
      priorities: [
        { priority: 90, pending: 1 },
        { priority: 50, pending: 1 },
      ],
      routes: [
        { environment: "default", requires: [], priority: 50, pending: 1, oldestWaitingMs: expect.any(Number) },
        { environment: "test", requires: ["ocr"], priority: 90, pending: 1 },
      ],
    },
    waits: { count: 1 },
    attempts: [{ outcome: "completed", durations: { count: 1 } }],
    ended: { completed: 1, failed: 0, cancelled: 0, timed_out: 0 },
  });
  expect(body.waits.buckets.at(-1)).toEqual({ leMs: 100_000_000, count: 1 });
  expect(body.alarms.map((alarm: { code: string }) => alarm.code)).toContain("QUEUE_DEAD_ROWS");
});

test("the window may be chosen; one that ends before it begins is refused", async () => {
  const past = await bench.call("GET", `${PATH}?from=2026-01-01T00:10:00Z&to=2026-01-01T00:20:00Z`);
  const backwards = await bench.call("GET", `${PATH}?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z`);

  expect(past.body).toMatchObject({
    from: "2026-01-01T00:00:00.000Z",
    to: "2026-01-01T01:00:00.000Z",
    ended: { completed: 0 },
  });
  expect(backwards).toMatchObject({ status: 422, body: { code: "QUEUE_INVALID" } });
});

test("another tenant sees only its own jobs, and a robot's key does not open it", async () => {
  expect((await bench.call("GET", PATH, { key: bench.foreignKey })).body.depth).toMatchObject({
    pending: 0,
    routes: [],
  });
  expect((await bench.call("GET", PATH, { key: bench.robotKey })).status).toBe(403);
});
