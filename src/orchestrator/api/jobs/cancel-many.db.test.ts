import { afterAll, beforeAll, expect, test } from "vitest";
import { type OrchestratorBench, openBench } from "../../orchestrator-bench.suite.ts";

let bench: OrchestratorBench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

async function submit(workflowId: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    ids.push((await bench.call("POST", "/api/v1/jobs", { body: { workflowId, environment: workflowId } })).body.id);
  }
  return ids;
}

const cancel = (body: unknown, key = bench.adminKey) => bench.call("POST", "/api/v1/jobs/cancel", { body, key });
const count = async (filter: object) => (await cancel({ filter, dryRun: true })).body.matched;
const stateOf = async (jobId: string) => (await bench.call("GET", `/api/v1/jobs/${jobId}`)).body.state;

test("jobs that match are cancelled or asked to stop, and told of once", async () => {
  const workflowId = await bench.createWorkflow();
  const [other] = await submit(await bench.createWorkflow(), 1);
  const [first = "", second = ""] = await submit(workflowId, 2);
  await bench.claim(workflowId);

  const counted = await cancel({ filter: { workflowId }, dryRun: true });
  const done = await cancel({ filter: { workflowId }, reason: "wrong file" });
  const again = await cancel({ filter: { workflowId } });

  expect(counted).toMatchObject({ status: 200, body: { dryRun: true, matched: 2, cancelled: 0, requested: 0 } });
  expect(done.body).toEqual({ dryRun: false, matched: 2, cancelled: 1, requested: 1 });
  expect(again.body).toEqual({ dryRun: false, matched: 1, cancelled: 0, requested: 1 });
  expect([await stateOf(first), await stateOf(second)]).toEqual(["running", "cancelled"]);
  expect(await bench.typesOf(first)).toEqual(["job.created", "job.cancel-requested"]);
  expect(await bench.typesOf(second)).toEqual(["job.created", "job.cancelled"]);
  const told = await bench.eventsOf(({ type, jobId }) => type === "job.cancelled" && jobId === second);
  expect(told).toMatchObject([{ data: { reason: "wrong file" } }]);
  expect(await stateOf(other ?? "")).toBe("pending");
});

test("many are cancelled in steps that lead to an end, running ones that were asked included", async () => {
  const workflowId = await bench.createWorkflow();
  await submit(workflowId, 5);
  await bench.claim(workflowId);
  await bench.claim(workflowId);
  const steps: unknown[] = [];
  let cursor: string | undefined;
  do {
    const { body } = await cancel({ filter: { workflowId }, limit: 2, ...(cursor !== undefined && { cursor }) });
    steps.push([body.matched, body.cancelled, body.requested]);
    cursor = body.nextCursor;
  } while (cursor !== undefined);

  expect(steps).toEqual([
    [2, 2, 0],
    [2, 1, 1],
    [1, 0, 1],
  ]);
});

test("by state, time, environment, key and what holds them back", async () => {
  const workflowId = await bench.createWorkflow();
  const concurrency = { key: workflowId, limit: 1 };
  const environment = workflowId;
  const ids: string[] = [];
  for (let n = 0; n < 2; n++) {
    ids.push((await bench.call("POST", "/api/v1/jobs", { body: { workflowId, environment, concurrency } })).body.id);
  }
  expect(await count({ environment, to: "2020-01-01T00:00:00Z" })).toBe(0);
  expect(await count({ environment, from: "2020-01-01T00:00:00Z", state: ["pending"] })).toBe(2);
  expect(await count({ environment, state: ["running"] })).toBe(0);
  expect(await count({ concurrencyKey: workflowId })).toBe(2);
  expect(await count({ environment, heldBy: "limit" })).toBe(1);
  expect(await count({ environment, robotId: "robot-1" })).toBe(0);
});

test("everything of the tenant only where that is said, and nothing of another one", async () => {
  const workflowId = await bench.createWorkflow();
  const [id = ""] = await submit(workflowId, 1);

  expect((await cancel({ all: true }, bench.foreignKey)).body).toMatchObject({ matched: 0 });
  expect(await stateOf(id)).toBe("pending");
  await cancel({ all: true });
  expect(await stateOf(id)).toBe("cancelled");
});

test.each([
  { body: {}, path: "body.filter" },
  { body: { filter: {} }, path: "body.filter" },
  { body: { filter: { environment: "a" }, all: true }, path: "body.filter" },
  { body: { all: false }, path: "body.all" },
  { body: { filter: { state: ["failed"] } }, path: "body.filter.state.0" },
  { body: { filter: { state: [] } }, path: "body.filter.state" },
  { body: { filter: { workflow: "x" } }, path: "body.filter" },
  { body: { all: true, limit: 1_001 }, path: "body.limit" },
])("$body is refused", async ({ body, path }) => {
  expect(await cancel(body)).toMatchObject({ status: 422, body: { code: "REQUEST_INVALID", errors: [{ path }] } });
});

test("a cursor that was made up is refused", async () => {
  expect(await cancel({ all: true, cursor: "made-up" })).toMatchObject({
    status: 422,
    body: { code: "QUEUE_INVALID" },
  });
});
