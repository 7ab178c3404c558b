import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { workflowDocument } from "../check-by-shape.suite.ts";
import { callApi, type OrchestratorBench, openBench } from "../orchestrator-bench.suite.ts";

let bench: OrchestratorBench;
let workflowId: string;
beforeAll(async () => {
  bench = await openBench();
  workflowId = await bench.createWorkflow();
});
afterAll(() => bench.close());

const post = (path: string, body: unknown, key: string, extra: { key?: string } = {}) =>
  bench.call("POST", `/api/v1${path}`, { body, headers: { "idempotency-key": key }, ...extra });
const countJobs = async (): Promise<number> =>
  (await bench.call("GET", `/api/v1/jobs?workflowId=${workflowId}&limit=250`)).body.data.length;

function sendForm() {
  const form = new FormData();
  form.set("file", new File([JSON.stringify(workflowDocument())], "a.json"));
  return bench.call("POST", "/api/v1/workflows/upload", { body: form, headers: { "idempotency-key": "form" } });
}

describe("a POST with an Idempotency-Key", () => {
  test("that comes again gets the same answer, and is not done again", async () => {
    const before = await countJobs();
    const first = await post("/jobs", { workflowId }, "again");
    const second = await post("/jobs", { workflowId }, "again");

    expect(second.status).toBe(first.status);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get("location")).toBe(first.headers.get("location"));
    expect([first, second].map(({ headers }) => headers.get("idempotency-replayed"))).toEqual([null, "true"]);
    expect((await countJobs()) - before).toBe(1);
    expect(first.body.idempotencyKey).toBe("again");
  });

  test("is done once however many come at the same time, to whichever replica", async () => {
    const replica = await bench.startReplica();
    const before = await countJobs();
    const headers = { "idempotency-key": "race" };
    const request = { method: "POST", path: "/api/v1/jobs", key: bench.adminKey, body: { workflowId }, headers };

    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => callApi(index % 2 === 0 ? bench.url : replica.url, request)),
    );

    const done = answers.filter(({ status }) => status === 202);
    expect(new Set(done.map(({ body }) => body.id)).size).toBe(1);
    expect(
      answers.filter(({ status }) => status !== 202).every(({ body }) => body.code === "IDEMPOTENCY_IN_FLIGHT"),
    ).toBe(true);
    expect((await countJobs()) - before).toBe(1);
  });

  test("is refused when another request had the key", async () => {
    await post("/jobs", { workflowId }, "reused");

    for (const body of [
      { workflowId, priority: 1 },
      { workflowId, variables: {} },
    ]) {
      expect(await post("/jobs", body, "reused")).toMatchObject({
        status: 422,
        body: { code: "IDEMPOTENCY_KEY_REUSED", details: { key: "reused" } },
      });
    }
  });

  test("may come again when it failed", async () => {
    const refused = await post("/workflows", { document: {} }, "failed first");
    const accepted = await post("/workflows", { document: workflowDocument() }, "failed-first");

    expect(refused.status).toBe(400);
    expect((await post("/workflows", { document: {} }, "failed-second")).status).toBe(422);
    expect((await post("/workflows", { document: workflowDocument() }, "failed-second")).status).toBe(201);
    expect(accepted.status).toBe(201);
  });

  test("is bound to the route and to the caller", async () => {
    const document = workflowDocument();
    const validated = await post("/workflows/validate", { document }, "bound");
    const created = await post("/workflows", { document }, "bound");
    const foreign = await post("/workflows", { document }, "bound", { key: bench.foreignKey });

    expect([validated.status, created.status, foreign.status]).toEqual([200, 201, 201]);
    expect(foreign.body.id).not.toBe(created.body.id);
  });

  test("is the same when a form holds the same file", async () => {
    const first = await sendForm();
    const second = await sendForm();

    expect(second.body).toEqual(first.body);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
  });

  test.each(["", "a b", "ü", "x".repeat(201)])("%j is refused as a key", async (key) => {
    // fetch itself refuses some of them.
    const headers = { "idempotency-key": Buffer.from(key).toString("latin1") };

    expect(await bench.call("POST", "/api/v1/jobs", { body: { workflowId }, headers })).toMatchObject({
      status: 400,
      body: { code: "IDEMPOTENCY_KEY_INVALID" },
    });
  });

  test("without a body and of every other POST works, too", async () => {
    const { body } = await bench.call("POST", "/api/v1/jobs", { body: { workflowId } });
    const path = `/jobs/${body.id}/cancel`;

    const first = await post(path, undefined, "cancel");
    const second = await post(path, undefined, "cancel");

    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.body).toEqual(first.body);
  });
});

test("without the header, the same request is done again", async () => {
  const before = await countJobs();
  for (const _ of [1, 2]) await bench.call("POST", "/api/v1/jobs", { body: { workflowId } });

  expect((await countJobs()) - before).toBe(2);
});
