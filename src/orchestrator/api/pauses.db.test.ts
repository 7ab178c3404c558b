import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OrchestratorBench, openBench } from "../orchestrator-bench.suite.ts";

const NOBODY = "019b76da-a800-7000-8000-000000000001";

let bench: OrchestratorBench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

let environments = 0;
async function submit(workflowId: string): Promise<{ id: string; environment: string }> {
  const environment = `pause-${environments++}`;
  return (await bench.call("POST", "/api/v1/jobs", { body: { workflowId, environment } })).body;
}

const jobOf = async (jobId: string) => (await bench.call("GET", `/api/v1/jobs/${jobId}`)).body;
const pauses = async (key = bench.adminKey) => (await bench.call("GET", "/api/v1/jobs/pauses", { key })).body.data;
const told = async (type: string, workflowId: string) =>
  (await bench.eventsOf((event) => event.type === type && event.data["workflowId"] === workflowId)).map(
    ({ data }) => data,
  );

describe("a workflow", () => {
  test("that is paused starts no more jobs, says so, and starts them when it is resumed", async () => {
    const workflowId = await bench.createWorkflow();
    const path = `/api/v1/workflows/${workflowId}`;
    const before = await submit(workflowId);

    const paused = await bench.call("POST", `${path}/pause`, { body: { reason: "the site is down" } });
    const again = await bench.call("POST", `${path}/pause`, { body: { reason: "another" } });
    const after = await submit(workflowId);

    const pause = { pausedAt: expect.any(String), reason: "the site is down" };
    expect(paused).toMatchObject({ status: 200, body: { workflowId, workflowName: "Greet", ...pause } });
    expect(again.body).toEqual(paused.body);
    expect(await pauses()).toEqual([paused.body]);
    expect((await bench.call("GET", path)).body).toMatchObject({ pause });
    expect((await bench.call("GET", "/api/v1/workflows?limit=1")).body.data).toMatchObject([{ id: workflowId, pause }]);
    expect(await jobOf(before.id)).toMatchObject({ state: "pending", heldBy: "pause" });
    expect((await bench.call("GET", "/api/v1/jobs?heldBy=pause")).body.data).toMatchObject([
      { id: after.id },
      { id: before.id },
    ]);
    expect((await bench.claim(before.environment)).jobId).toBe("");
    expect(await told("workflow.paused", workflowId)).toEqual([
      { workflowId, name: "Greet", reason: "the site is down" },
    ]);

    expect((await bench.call("POST", `${path}/resume`)).body).toEqual({ wasPaused: true });
    expect((await bench.call("POST", `${path}/resume`)).body).toEqual({ wasPaused: false });
    expect((await bench.claim(before.environment)).jobId).toBe(before.id);
    expect((await bench.claim(after.environment)).jobId).toBe(after.id);
    expect(await told("workflow.resumed", workflowId)).toEqual([{ workflowId, name: "Greet" }]);
    expect((await bench.call("GET", path)).body.pause).toBeUndefined();
  });

  test("that is deleted while it is paused can be resumed, for its jobs that wait", async () => {
    const workflowId = await bench.createWorkflow();
    const job = await submit(workflowId);
    await bench.call("POST", `/api/v1/workflows/${workflowId}/pause`);
    await bench.call("DELETE", `/api/v1/workflows/${workflowId}`);

    expect(await pauses()).toEqual([{ workflowId, pausedAt: expect.any(String) }]);
    expect((await bench.call("POST", `/api/v1/workflows/${workflowId}/resume`)).body).toEqual({ wasPaused: true });
    expect((await bench.claim(job.environment)).jobId).toBe(job.id);
    expect(await bench.call("POST", `/api/v1/workflows/${workflowId}/resume`)).toMatchObject({ status: 404 });
  });

  test("that does not exist, is another tenant's, or is paused for no reason that can be kept, is refused", async () => {
    const workflowId = await bench.createWorkflow();
    const missing = { status: 404, body: { code: "WORKFLOW_STORE_NOT_FOUND" } };
    const pause = (id: string, options: object) => bench.call("POST", `/api/v1/workflows/${id}/pause`, options);

    expect(await pause(NOBODY, {})).toMatchObject(missing);
    expect(await pause(workflowId, { key: bench.foreignKey })).toMatchObject(missing);
    expect(await pause(workflowId, { body: { reason: "" } })).toMatchObject({ status: 422 });
    expect(await pause(workflowId, { body: { why: "x" } })).toMatchObject({ status: 422 });
    expect(await bench.call("POST", `/api/v1/workflows/${NOBODY}/resume`)).toMatchObject(missing);
  });
});

test("all jobs of a tenant can be paused, and no other tenant's", async () => {
  const job = await submit(await bench.createWorkflow());

  const paused = await bench.call("POST", "/api/v1/jobs/pause", { body: { reason: "maintenance" } });

  expect(paused).toMatchObject({ status: 200, body: { reason: "maintenance" } });
  expect(paused.body.workflowId).toBeUndefined();
  expect(await pauses()).toEqual([paused.body]);
  expect(await pauses(bench.foreignKey)).toEqual([]);
  expect((await bench.claim(job.environment)).jobId).toBe("");
  expect(await jobOf(job.id)).toMatchObject({ heldBy: "pause" });
  expect((await bench.call("POST", "/api/v1/jobs/resume")).body).toEqual({ wasPaused: true });
  expect((await bench.call("POST", "/api/v1/jobs/resume")).body).toEqual({ wasPaused: false });
  expect((await bench.claim(job.environment)).jobId).toBe(job.id);
  const types = (await bench.eventsOf(({ type }) => type.startsWith("jobs."))).map(({ type, data }) => [type, data]);
  expect(types).toEqual([
    ["jobs.paused", { reason: "maintenance" }],
    ["jobs.resumed", {}],
  ]);
});
