import { afterAll, beforeAll, expect, test } from "vitest";
import { DEFAULT_TENANT } from "../../../core/ids.ts";
import { type OrchestratorBench, openBench } from "../../orchestrator-bench.suite.ts";

const NO_JOB = "123456789";

let bench: OrchestratorBench;
let workflowId: string;
beforeAll(async () => {
  bench = await openBench();
  workflowId = await bench.createWorkflow();
});
afterAll(() => bench.close());

let environments = 0;
async function die(): Promise<string> {
  const environment = `env-${environments++}`;
  await bench.call("POST", "/api/v1/jobs", { body: { workflowId, environment, variables: { a: 1 } } });
  const lease = { tenantId: DEFAULT_TENANT, ...(await bench.claim(environment)) };
  await bench.queue.fail(lease, { code: "X_BROKEN", message: "broke", errorClass: "permanent" });
  return lease.jobId;
}

test("jobs that failed for good are listed and shown", async () => {
  const first = await die();
  const second = await die();

  const page = await bench.call("GET", "/api/v1/dead-letters?limit=1");
  const rest = await bench.call("GET", `/api/v1/dead-letters?limit=1&cursor=${page.body.nextCursor}`);
  const one = await bench.call("GET", `/api/v1/dead-letters/${first}`);

  expect(page.body.data).toMatchObject([{ jobId: second }]);
  expect(rest.body.data).toMatchObject([{ jobId: first }]);
  expect(one).toMatchObject({
    status: 200,
    body: { jobId: first, workflowId, reason: "permanent", error: { code: "X_BROKEN" }, attempts: 1 },
  });
});

test("a dead letter is requeued once, as a new job", async () => {
  const jobId = await die();

  const requeued = await bench.call("POST", `/api/v1/dead-letters/${jobId}/requeue`);

  expect(requeued).toMatchObject({ status: 202, body: { state: "pending", retryOf: jobId, variables: { a: 1 } } });
  expect(requeued.headers.get("location")).toBe(`/api/v1/jobs/${requeued.body.id}`);
  expect(await bench.call("POST", `/api/v1/dead-letters/${jobId}/requeue`)).toMatchObject({
    status: 409,
    body: { code: "QUEUE_DEAD_LETTER_REQUEUED" },
  });
  expect(await bench.typesOf(jobId)).toContain("dead-letter.requeued");
});

test("a deleted dead letter is gone, its job stays", async () => {
  const jobId = await die();
  const missing = { status: 404, body: { code: "QUEUE_DEAD_LETTER_NOT_FOUND" } };

  expect(await bench.call("DELETE", `/api/v1/dead-letters/${jobId}`)).toMatchObject({ status: 204 });

  expect(await bench.call("DELETE", `/api/v1/dead-letters/${jobId}`)).toMatchObject(missing);
  expect(await bench.call("GET", `/api/v1/dead-letters/${jobId}`)).toMatchObject(missing);
  expect(await bench.call("POST", `/api/v1/dead-letters/${NO_JOB}/requeue`)).toMatchObject(missing);
  expect((await bench.call("GET", `/api/v1/jobs/${jobId}`)).body.state).toBe("failed");
});

test("another tenant sees and changes nothing, and a cursor that was made up is refused", async () => {
  const jobId = await die();
  const key = bench.foreignKey;

  expect((await bench.call("GET", "/api/v1/dead-letters", { key })).body).toEqual({ data: [] });
  expect((await bench.call("GET", `/api/v1/dead-letters/${jobId}`, { key })).status).toBe(404);
  expect((await bench.call("POST", `/api/v1/dead-letters/${jobId}/requeue`, { key })).status).toBe(404);
  expect((await bench.call("DELETE", `/api/v1/dead-letters/${jobId}`, { key })).status).toBe(404);
  expect((await bench.call("GET", "/api/v1/dead-letters?cursor=made-up")).status).toBe(422);
});
