import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_TENANT } from "../../../core/ids.ts";
import type { ClaimedJob } from "../../../queue/index.ts";
import { type OrchestratorBench, openBench } from "../../orchestrator-bench.suite.ts";

const NOBODY = "019b76da-a800-7000-8000-000000000001";

let bench: OrchestratorBench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

let environments = 0;
const newEnvironment = (): string => `concurrency-${environments++}`;

async function limitedWorkflow(limit: number, onLimit?: string): Promise<string> {
  const workflowId = await bench.createWorkflow();
  const body = { limit, ...(onLimit !== undefined && { onLimit }) };
  expect((await bench.call("PUT", `/api/v1/workflows/${workflowId}/concurrency`, { body })).status).toBe(200);
  return workflowId;
}

const submit = async (body: Record<string, unknown>) => (await bench.call("POST", "/api/v1/jobs", { body })).body;
const jobOf = async (jobId: string) => (await bench.call("GET", `/api/v1/jobs/${jobId}`)).body;

/** All that robots of the environment can get now. */
async function claimAll(environment: string): Promise<readonly ClaimedJob[]> {
  const { sessionId } = await bench.queue.openSession({ tenantId: DEFAULT_TENANT, robotId: "r", leaseMs: 30_000 });
  const request = { tenantId: DEFAULT_TENANT, sessionId, environment, capabilities: [], limit: 10 };
  return bench.queue.claim(request);
}

describe("a limit that the submission brings", () => {
  test("holds jobs with the same key back, whatever they run, and is shown", async () => {
    const environment = newEnvironment();
    const concurrency = { key: "shared", limit: 1 };
    const first = await submit({ workflowId: await bench.createWorkflow(), environment, concurrency });
    const second = await submit({ workflowId: await bench.createWorkflow(), environment, concurrency });

    expect(first.concurrency).toEqual({ key: "shared", limit: 1, onLimit: "queue" });
    expect(first.heldBy).toBeUndefined();
    expect(second).toMatchObject({ state: "pending", heldBy: "limit" });
    const list = async (query: string) =>
      (await bench.call("GET", `/api/v1/jobs?environment=${environment}&${query}`)).body.data.map(
        ({ id }: { id: string }) => id,
      );
    expect(await list("heldBy=limit")).toEqual([second.id]);
    expect(await list("concurrencyKey=shared")).toEqual([second.id, first.id]);
    expect(await list("concurrencyKey=other")).toEqual([]);
    const [running] = await claimAll(environment);
    expect(running?.jobId).toBe(first.id);
    expect(await claimAll(environment)).toEqual([]);
    if (running) await bench.queue.complete(running);
    expect(await claimAll(environment)).toMatchObject([{ jobId: second.id }]);
  });

  test.each([
    { concurrency: { limit: 1 }, path: "body.concurrency.key" },
    { concurrency: { key: "", limit: 1 }, path: "body.concurrency.key" },
    { concurrency: { key: `workflow/${NOBODY}`, limit: 1 }, path: "body.concurrency.key" },
    { concurrency: { key: "k" }, path: "body.concurrency.limit" },
    { concurrency: { key: "k", limit: 0 }, path: "body.concurrency.limit" },
    { concurrency: { key: "k", limit: 10_001 }, path: "body.concurrency.limit" },
    { concurrency: { key: "k", limit: 1, onLimit: "drop" }, path: "body.concurrency.onLimit" },
    { concurrency: { key: "k", limit: 1, max: 1 }, path: "body.concurrency" },
  ])("is refused as $concurrency", async ({ concurrency, path }) => {
    expect(await bench.call("POST", "/api/v1/jobs", { body: { workflowId: NOBODY, concurrency } })).toMatchObject({
      status: 422,
      body: { code: "REQUEST_INVALID", errors: [{ path }] },
    });
  });
});

test("a job that has to make room is told of as one that was cancelled", async () => {
  const environment = newEnvironment();
  const workflowId = await bench.createWorkflow();
  const concurrency = { key: environment, limit: 1, onLimit: "cancel-oldest" };
  const submitOne = () => submit({ workflowId, environment, concurrency });
  const waiting = await submitOne();
  const running = await submitOne();
  const [job] = await claimAll(environment);
  expect(job?.jobId).toBe(running.id);
  await submitOne();

  const reason = { reason: "a newer job with its concurrency key came" };
  await expect.poll(() => bench.typesOf(waiting.id)).toEqual(["job.created", "job.cancelled"]);
  await expect.poll(() => bench.typesOf(running.id)).toContain("job.cancel-requested");
  expect(await bench.eventsOf(({ jobId, type }) => jobId === waiting.id && type === "job.cancelled")).toMatchObject([
    { data: reason },
  ]);
  expect(await jobOf(running.id)).toMatchObject({ state: "running", cancelRequested: true });
});

describe("the setting of a workflow", () => {
  test("never lets two jobs run at once, whatever submits them", async () => {
    const environment = newEnvironment();
    const workflowId = await bench.createWorkflow();
    const old = await submit({ workflowId, environment });
    const dead = await submit({ workflowId, environment });
    const [first, second] = await claimAll(environment);
    if (first) await bench.queue.complete(first);
    if (second) await bench.queue.fail(second, { code: "X", message: "x", errorClass: "permanent" });
    await bench.call("PUT", `/api/v1/workflows/${workflowId}/concurrency`, { body: { limit: 1 } });

    await submit({ workflowId, environment });
    await bench.call("POST", `/api/v1/jobs/${old.id}/retry`);
    await bench.call("POST", `/api/v1/dead-letters/${dead.id}/requeue`);
    await bench.call("POST", "/api/v1/jobs", { body: { workflowId, environment, version: 1 } });
    const startRule = { workflowId, itemsPerJob: 1, maxJobs: 3, environment };
    await bench.call("POST", "/api/v1/work-queues", { body: { name: environment, startRule } });
    const items = [{}, {}, {}];
    await bench.call("POST", `/api/v1/work-queues/${environment}/items/bulk`, { body: { items } });

    const seen: string[] = [];
    for (;;) {
      const claimed = await claimAll(environment);
      expect(claimed.length).toBeLessThanOrEqual(1);
      const [job] = claimed;
      if (job === undefined) break;
      expect(await claimAll(environment)).toEqual([]);
      seen.push(job.jobId);
      await bench.queue.complete(job);
    }
    expect(seen.length).toBeGreaterThanOrEqual(7);
    expect(await jobOf(seen[1] ?? "")).toMatchObject({ concurrency: { key: `workflow/${workflowId}`, limit: 1 } });
  });

  test("gives way to the limit of a submission", async () => {
    const environment = newEnvironment();
    const workflowId = await limitedWorkflow(1);
    await submit({ workflowId, environment });
    const own = await submit({ workflowId, environment, concurrency: { key: environment, limit: 5 } });

    expect(own).toMatchObject({ concurrency: { key: environment, limit: 5 } });
    expect(own.heldBy).toBeUndefined();
    const claimed = await claimAll(environment);
    expect(claimed).toHaveLength(2);
    for (const job of claimed) await bench.queue.complete(job);
    const again = await bench.call("POST", `/api/v1/jobs/${own.id}/retry`);
    expect(again.body.concurrency).toMatchObject({ key: environment });
  });

  test("that says skip cancels jobs beyond it at once, and tells so", async () => {
    const workflowId = await limitedWorkflow(1, "skip");
    await submit({ workflowId });
    const second = await submit({ workflowId });

    expect(second).toMatchObject({ state: "cancelled", error: { code: "QUEUE_CANCELLED" } });
    expect(await bench.typesOf(second.id)).toEqual(["job.created", "job.cancelled"]);
  });

  test("that says keep-latest lets only the newest wait", async () => {
    const environment = newEnvironment();
    const workflowId = await limitedWorkflow(1, "keep-latest");
    await submit({ workflowId, environment });
    await claimAll(environment);
    const [older, newest] = [await submit({ workflowId, environment }), await submit({ workflowId, environment })];

    expect(await jobOf(older.id)).toMatchObject({ state: "cancelled" });
    expect(await jobOf(newest.id)).toMatchObject({ state: "pending", heldBy: "limit" });
  });

  test("that says cancel-oldest asks the one that runs to stop", async () => {
    const environment = newEnvironment();
    const workflowId = await limitedWorkflow(1, "cancel-oldest");
    const first = await submit({ workflowId, environment });
    const [running] = await claimAll(environment);
    const second = await submit({ workflowId, environment });

    expect(await jobOf(first.id)).toMatchObject({ state: "running", cancelRequested: true });
    if (running) await bench.queue.fail(running, { code: "X", message: "stopped", errorClass: "cancelled" });
    expect(await jobOf(first.id)).toMatchObject({ state: "cancelled" });
    expect(await claimAll(environment)).toMatchObject([{ jobId: second.id }]);
  });

  test("counts at once for jobs that wait, and lets them go when it is removed", async () => {
    const environment = newEnvironment();
    const workflowId = await limitedWorkflow(1);
    const path = `/api/v1/workflows/${workflowId}/concurrency`;
    for (let count = 0; count < 5; count++) await submit({ workflowId, environment });
    expect(await claimAll(environment)).toHaveLength(1);

    await bench.call("PUT", path, { body: { limit: 3 } });
    expect(await claimAll(environment)).toHaveLength(2);
    const removed = await bench.call("DELETE", path);
    const rest = await claimAll(environment);

    expect(removed).toMatchObject({ status: 200, body: { id: workflowId } });
    expect(removed.body.concurrency).toBeUndefined();
    expect(rest).toHaveLength(2);
    expect((await jobOf(rest[0]?.jobId ?? "")).concurrency).toBeUndefined();
    expect((await submit({ workflowId, environment })).concurrency).toBeUndefined();
  });

  test("belongs to all versions, is shown, told of, and is its tenant's alone", async () => {
    const workflowId = await limitedWorkflow(2, "keep-latest");
    const path = `/api/v1/workflows/${workflowId}`;
    const { document } = (await bench.call("GET", path)).body;
    const concurrency = { limit: 2, onLimit: "keep-latest" };

    expect((await bench.call("PUT", path, { body: { document } })).body).toMatchObject({ version: 2, concurrency });
    expect((await bench.call("GET", path)).body).toMatchObject({ version: 2, concurrency });
    expect((await bench.call("GET", "/api/v1/workflows?limit=1")).body.data).toMatchObject([{ concurrency }]);
    const told = await bench.eventsOf(
      ({ type, data }) => type === "workflow.concurrency" && data["workflowId"] === workflowId,
    );
    expect(told).toMatchObject([{ data: { name: "Greet", concurrency } }]);
    const missing = { status: 404, body: { code: "WORKFLOW_STORE_NOT_FOUND" } };
    const key = bench.foreignKey;
    expect(await bench.call("PUT", `${path}/concurrency`, { key, body: { limit: 1 } })).toMatchObject(missing);
    expect(await bench.call("DELETE", `${path}/concurrency`, { key })).toMatchObject(missing);
    expect(await bench.call("PUT", `${path}/concurrency`, { body: { limit: 0 } })).toMatchObject({
      status: 422,
      body: { errors: [{ path: "body.limit" }] },
    });
  });
});
