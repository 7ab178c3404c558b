import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_TENANT } from "../../../core/ids.ts";
import { workflowDocument } from "../../check-by-shape.suite.ts";
import { type OrchestratorBench, openBench } from "../../orchestrator-bench.suite.ts";

const NOBODY = "019b76da-a800-7000-8000-000000000001";
const NO_JOB = "123456789";

let bench: OrchestratorBench;
let workflowId: string;
beforeAll(async () => {
  bench = await openBench();
  workflowId = await bench.createWorkflow(workflowDocument({ sensitive: ["password"], integers: ["count"] }));
});
afterAll(() => bench.close());

const submit = (body: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  bench.call("POST", "/api/v1/jobs", { body: { workflowId, ...body }, headers });

describe("POST /jobs", () => {
  test("queues a run of the newest version and says where to look for it", async () => {
    const submitted = await submit({ variables: { name: "Ada" } });

    expect(submitted.status).toBe(202);
    expect(submitted.headers.get("location")).toBe(`/api/v1/jobs/${submitted.body.id}`);
    expect(submitted.body).toMatchObject({
      state: "pending",
      workflowId,
      workflowVersion: 1,
      workflowName: "Greet",
      variables: { name: "Ada" },
      priority: 50,
      environment: "default",
      requires: [],
      attempt: 0,
      maxAttempts: 3,
      attempts: [],
      cancelRequested: false,
    });
    const job = await bench.queue.get(DEFAULT_TENANT, submitted.body.id);
    expect(job).toMatchObject({
      kind: workflowId,
      payload: { workflowId, workflowVersion: 1, workflowName: "Greet", variables: { name: "Ada" } },
    });
  });

  test("refuses a value that is not of the declared type, and takes text that stands for one", async () => {
    const { status, body } = await submit({ variables: { count: "many" } });

    expect(status).toBe(422);
    expect(body).toMatchObject({
      code: "REQUEST_INVALID",
      errors: [
        {
          path: "body.variables.count",
          message: expect.stringContaining("Integer"),
          code: "WORKFLOW_VARIABLE_INVALID",
        },
      ],
    });
    expect((await submit({ variables: { count: "12" } })).status).toBe(202);
  });

  test("takes every option", async () => {
    const options = {
      version: 1,
      priority: "critical",
      runAt: "2100-01-01T00:00:00Z",
      deadline: "2100-01-02T00:00:00Z",
      retry: { maxAttempts: 5, jitter: 0 },
      requires: ["gpu"],
      environment: "options",
    };

    const { status, body } = await submit(options);

    expect(status).toBe(202);
    expect(body).toMatchObject({
      priority: 100,
      runAt: "2100-01-01T00:00:00.000Z",
      deadline: "2100-01-02T00:00:00.000Z",
      retry: { maxAttempts: 5, jitter: 0 },
      requires: ["gpu"],
      environment: "options",
    });
  });

  test("never shows the value of a sensitive variable", async () => {
    const { body } = await submit({ variables: { password: "hunter2", user: "ada" } });

    expect(body.variables).toEqual({ password: "[secret]", user: "ada" });
    expect((await bench.call("GET", `/api/v1/jobs/${body.id}`)).text).not.toContain("hunter2");
    expect((await bench.call("GET", "/api/v1/jobs?limit=1")).text).not.toContain("hunter2");
  });

  test("makes one job of many requests with one idempotency key in the body", async () => {
    const body = { variables: { a: 1 }, idempotencyKey: "body-key" };

    const answers = await Promise.all([1, 2, 3, 4].map(() => submit(body)));

    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    expect(answers.filter(({ headers }) => headers.get("idempotency-replayed") === "true")).toHaveLength(3);
    expect(await submit({ ...body, variables: { a: 2 } })).toMatchObject({
      status: 422,
      body: { code: "IDEMPOTENCY_KEY_REUSED" },
    });
  });

  test.each([
    { body: { workflowId: "x" }, path: "body.workflowId" },
    { body: { workflowId: NOBODY, priority: 101 }, path: "body.priority" },
    { body: { workflowId: NOBODY, priority: "urgent" }, path: "body.priority" },
    { body: { workflowId: NOBODY, runAt: "tomorrow" }, path: "body.runAt" },
    { body: { workflowId: NOBODY, retry: { maxAttempts: 0 } }, path: "body.retry.maxAttempts" },
    { body: { workflowId: NOBODY, variables: [] }, path: "body.variables" },
    { body: { workflowId: NOBODY, varaibles: {} }, path: "body" },
  ])("refuses $body", async ({ body, path }) => {
    expect(await bench.call("POST", "/api/v1/jobs", { body })).toMatchObject({
      status: 422,
      body: { code: "REQUEST_INVALID", errors: [{ path }] },
    });
  });

  test("refuses a deadline in the past, a workflow and a version that are not there", async () => {
    expect(await submit({ deadline: "2020-01-01T00:00:00Z" })).toMatchObject({ status: 422 });
    expect(await submit({ workflowId: NOBODY })).toMatchObject({
      status: 404,
      body: { code: "WORKFLOW_STORE_NOT_FOUND" },
    });
    expect(await submit({ version: 7 })).toMatchObject({ status: 404, body: { code: "WORKFLOW_VERSION_NOT_FOUND" } });
  });
});

describe("GET /jobs", () => {
  test("lists newest first, by state, workflow, time and page by page, without variables", async () => {
    const own = await bench.createWorkflow();
    const ids: string[] = [];
    for (let count = 0; count < 3; count++) ids.push((await submit({ workflowId: own })).body.id);
    await bench.call("POST", `/api/v1/jobs/${ids[0]}/cancel`);
    const list = async (query: string) =>
      (await bench.call("GET", `/api/v1/jobs?workflowId=${own}&${query}`)).body.data.map(
        ({ id }: { id: string }) => id,
      );

    expect(await list("")).toEqual(ids.toReversed());
    expect(await list("state=cancelled")).toEqual([ids[0]]);
    expect(await list("state=pending,running")).toEqual([ids[2], ids[1]]);
    expect(await list("state=pending&state=cancelled")).toEqual(ids.toReversed());
    expect(await list("to=2020-01-01T00:00:00Z")).toEqual([]);
    expect(await list("from=2020-01-01T00:00:00Z&limit=2")).toEqual([ids[2], ids[1]]);
    expect(await list("robotId=none")).toEqual([]);
    const first = await bench.call("GET", `/api/v1/jobs?workflowId=${own}&limit=2`);
    const second = await bench.call("GET", `/api/v1/jobs?workflowId=${own}&limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body.data).toMatchObject([{ id: ids[0], state: "cancelled" }]);
    expect(second.body.nextCursor).toBeUndefined();
    expect(first.body.data[0].variables).toBeUndefined();
  });

  test.each(["state=done", "workflowId=x", "from=yesterday", "limit=999", "status=pending"])(
    "refuses %s",
    async (query) => {
      expect(await bench.call("GET", `/api/v1/jobs?${query}`)).toMatchObject({
        status: 422,
        body: { code: "REQUEST_INVALID" },
      });
    },
  );

  test("refuses a cursor it did not give out", async () => {
    expect(await bench.call("GET", "/api/v1/jobs?cursor=made-up")).toMatchObject({ status: 422 });
  });
});

describe("GET /jobs/:id", () => {
  test("tells attempts, progress and the result", async () => {
    const { body } = await submit({ environment: "attempts" });
    const lease = { tenantId: DEFAULT_TENANT, ...(await bench.claim("attempts")) };
    const running = await bench.call("GET", `/api/v1/jobs/${body.id}`);
    await bench.queue.complete(lease, { greeting: "hello" });

    const done = await bench.call("GET", `/api/v1/jobs/${body.id}`);

    expect(running.body).toMatchObject({
      state: "running",
      attempt: 1,
      attempts: [{ attempt: 1, outcome: "running" }],
    });
    expect(done.body).toMatchObject({
      state: "completed",
      result: { greeting: "hello" },
      robotId: "robot-1",
      attempts: [{ attempt: 1, outcome: "completed", robotId: "robot-1" }],
    });
    expect(done.text).not.toContain("session");
  });

  test("tells why a job failed", async () => {
    const { body } = await submit({ environment: "failing", retry: { maxAttempts: 1 } });
    const lease = { tenantId: DEFAULT_TENANT, ...(await bench.claim("failing")) };
    await bench.queue.fail(lease, { code: "X", message: "broke", errorClass: "permanent", details: { node: "a" } });

    expect((await bench.call("GET", `/api/v1/jobs/${body.id}`)).body).toMatchObject({
      state: "failed",
      error: { code: "X", message: "broke", errorClass: "permanent", details: { node: "a" } },
    });
  });

  test.each([
    { id: NO_JOB, status: 404, code: "QUEUE_JOB_NOT_FOUND" },
    { id: "abc", status: 422, code: "REQUEST_INVALID" },
    { id: "9999999999999999999", status: 404, code: "QUEUE_JOB_NOT_FOUND" },
    { id: "99999999999999999999", status: 422, code: "REQUEST_INVALID" },
  ])("answers $status for $id", async ({ id, status, code }) => {
    expect(await bench.call("GET", `/api/v1/jobs/${id}`)).toMatchObject({ status, body: { code } });
  });
});

describe("POST /jobs/:id/cancel", () => {
  test("cancels a job that waits, at once", async () => {
    const { body } = await submit({ environment: "waits" });

    const cancelled = await bench.call("POST", `/api/v1/jobs/${body.id}/cancel`, { body: { reason: "not needed" } });

    expect(cancelled).toMatchObject({ status: 202, body: { id: body.id, state: "cancelled" } });
    expect(cancelled.headers.get("location")).toBe(`/api/v1/jobs/${body.id}`);
    expect(await bench.typesOf(body.id)).toEqual(["job.created", "job.cancelled"]);
  });

  test("asks the robot of a job that runs", async () => {
    const { body } = await submit({ environment: "cancel-running" });
    await bench.claim("cancel-running");

    const asked = await bench.call("POST", `/api/v1/jobs/${body.id}/cancel`);

    expect(asked).toMatchObject({ status: 202, body: { state: "running", cancelRequested: true } });
    expect(await bench.typesOf(body.id)).toEqual(["job.created", "job.cancel-requested"]);
  });

  test("refuses a job that has ended, one that is not there and a reason that is none", async () => {
    const { body } = await submit();
    await bench.call("POST", `/api/v1/jobs/${body.id}/cancel`);

    expect(await bench.call("POST", `/api/v1/jobs/${body.id}/cancel`)).toMatchObject({
      status: 409,
      body: { code: "QUEUE_JOB_FINISHED", details: { state: "cancelled" } },
    });
    expect(await bench.call("POST", `/api/v1/jobs/${NO_JOB}/cancel`)).toMatchObject({ status: 404 });
    expect(await bench.call("POST", `/api/v1/jobs/${body.id}/cancel`, { body: { reason: 7 } })).toMatchObject({
      status: 422,
    });
  });
});

describe("POST /jobs/:id/retry", () => {
  test("makes a new job of one that has ended", async () => {
    const { body } = await submit({ variables: { a: 1 }, priority: 7 });
    await bench.call("POST", `/api/v1/jobs/${body.id}/cancel`);

    const retried = await bench.call("POST", `/api/v1/jobs/${body.id}/retry`);

    expect(retried).toMatchObject({
      status: 202,
      body: { state: "pending", retryOf: body.id, priority: 7, variables: { a: 1 } },
    });
    expect(retried.headers.get("location")).toBe(`/api/v1/jobs/${retried.body.id}`);
    expect(await bench.typesOf(body.id)).toEqual(["job.created", "job.cancelled", "job.retried"]);
    expect(await bench.typesOf(retried.body.id)).toEqual(["job.created"]);
  });

  test("refuses a job that has not ended and one that is not there", async () => {
    const { body } = await submit();

    expect(await bench.call("POST", `/api/v1/jobs/${body.id}/retry`)).toMatchObject({
      status: 409,
      body: { code: "QUEUE_JOB_NOT_FINISHED" },
    });
    expect(await bench.call("POST", `/api/v1/jobs/${NO_JOB}/retry`)).toMatchObject({ status: 404 });
  });
});

describe("GET /jobs/:id/logs", () => {
  test("gives lines by level and page by page, and the whole log as text", async () => {
    const { body } = await submit();
    const levels = ["debug", "info", "error"];
    await bench.appendEvents([
      ...levels.map((level) => ({ type: "log", jobId: body.id, attempt: 1, data: { level, message: `${level}!` } })),
      { type: "node.started", jobId: body.id, attempt: 1, data: {} },
    ]);
    const path = `/api/v1/jobs/${body.id}/logs`;

    const first = await bench.call("GET", `${path}?limit=2`);
    const second = await bench.call("GET", `${path}?limit=2&cursor=${first.body.nextCursor}`);
    const text = await bench.call("GET", path, { headers: { accept: "text/plain" } });

    expect(first.body.data).toMatchObject([{ level: "debug", message: "debug!", attempt: 1 }, { level: "info" }]);
    expect(second.body.data).toMatchObject([{ level: "error" }]);
    expect(second.body.nextCursor).toBeUndefined();
    expect((await bench.call("GET", `${path}?level=warning`)).body.data).toHaveLength(1);
    expect(text.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(text.text.split("\n")).toHaveLength(4);
    expect(text.text).toContain("ERROR    error!");
  });

  test("refuses a level that is none and a job that is not there", async () => {
    expect(await bench.call("GET", `/api/v1/jobs/${NO_JOB}/logs`)).toMatchObject({ status: 404 });
    expect(await bench.call("GET", `/api/v1/jobs/${NO_JOB}/logs?level=loud`)).toMatchObject({ status: 422 });
    expect(await bench.call("GET", `/api/v1/jobs/${NO_JOB}/logs?cursor=x`)).toMatchObject({ status: 422 });
  });
});

describe("GET /jobs/:id/events", () => {
  test("gives what happened, oldest first, by type and page by page", async () => {
    const { body } = await submit();
    await bench.appendEvents([
      { type: "node.started", jobId: body.id, attempt: 1, robotId: "r", data: { node: "a" } },
      { type: "node.finished", jobId: body.id, attempt: 1, data: { node: "a" } },
    ]);
    const path = `/api/v1/jobs/${body.id}/events`;

    const first = await bench.call("GET", `${path}?limit=2`);
    const second = await bench.call("GET", `${path}?cursor=${first.body.nextCursor}`);
    const some = await bench.call("GET", `${path}?types=node.started,node.finished`);

    expect(first.body.data).toMatchObject([
      { type: "job.created", jobId: body.id },
      { type: "node.started", attempt: 1, robotId: "r", data: { node: "a" } },
    ]);
    expect(second.body.data).toMatchObject([{ type: "node.finished" }]);
    expect(some.body.data).toHaveLength(2);
    expect(await bench.call("GET", `/api/v1/jobs/${NO_JOB}/events`)).toMatchObject({ status: 404 });
  });
});

test("another tenant sees and changes nothing", async () => {
  const { body } = await submit();
  const key = bench.foreignKey;
  const path = `/api/v1/jobs/${body.id}`;

  expect((await bench.call("GET", "/api/v1/jobs", { key })).body).toEqual({ data: [] });
  for (const suffix of ["", "/logs", "/events", "/artifacts"]) {
    expect((await bench.call("GET", `${path}${suffix}`, { key })).status).toBe(404);
  }
  expect((await bench.call("POST", `${path}/cancel`, { key })).status).toBe(404);
  expect((await bench.call("POST", `${path}/retry`, { key })).status).toBe(404);
  expect((await bench.call("POST", "/api/v1/jobs", { key, body: { workflowId } })).status).toBe(404);
  expect((await bench.call("GET", path)).body.state).toBe("pending");
});
