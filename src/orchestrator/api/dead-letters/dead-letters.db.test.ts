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
async function die({ ofWorkflow = workflowId, code = "X_BROKEN" } = {}): Promise<string> {
  const environment = `env-${environments++}`;
  await bench.call("POST", "/api/v1/jobs", { body: { workflowId: ofWorkflow, environment, variables: { a: 1 } } });
  const lease = { tenantId: DEFAULT_TENANT, ...(await bench.claim(environment)) };
  await bench.queue.fail(lease, { code, message: "broke", errorClass: "permanent" });
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

test("dead letters are found by workflow, code, category, reason, time, and whether they were requeued", async () => {
  const own = await bench.createWorkflow();
  const first = await die({ ofWorkflow: own });
  const second = await die({ ofWorkflow: own, code: "ORDER_BUSINESS_RULE" });
  await bench.call("POST", `/api/v1/dead-letters/${first}/requeue`);
  const find = async (query: string) =>
    (await bench.call("GET", `/api/v1/dead-letters?workflowId=${own}&${query}`)).body.data.map(
      ({ jobId }: { jobId: string }) => jobId,
    );

  expect(await find("")).toEqual([second, first]);
  expect(await find("code=ORDER_BUSINESS_RULE")).toEqual([second]);
  expect(await find("category=business")).toEqual([second]);
  expect(await find("category=permanent&reason=permanent")).toEqual([first]);
  expect(await find("requeued=true")).toEqual([first]);
  expect(await find("requeued=false")).toEqual([second]);
  expect(await find("to=2020-01-01T00:00:00Z")).toEqual([]);
  expect(await find("from=2020-01-01T00:00:00Z&limit=1")).toEqual([second]);
  expect(await bench.call("GET", "/api/v1/dead-letters?category=whim")).toMatchObject({ status: 422 });
});

test("many are requeued in steps, each once, under their workflow's concurrency setting, and told of", async () => {
  const own = await bench.createWorkflow();
  const ids = [await die({ ofWorkflow: own }), await die({ ofWorkflow: own }), await die({ ofWorkflow: own })];
  await bench.call("PUT", `/api/v1/workflows/${own}/concurrency`, { body: { limit: 1 } });
  const requeue = async (body: object) => (await bench.call("POST", "/api/v1/dead-letters/requeue", { body })).body;
  const filter = { workflowId: own, code: "X_BROKEN" };

  expect(await requeue({ filter, dryRun: true })).toEqual({ dryRun: true, matched: 3, requeued: 0, outcomes: [] });
  const first = await requeue({ filter, limit: 2 });
  const rest = await requeue({ filter, limit: 2, cursor: first.nextCursor });

  const outcomes = [...first.outcomes, ...rest.outcomes];
  expect(outcomes).toEqual(
    ids.toReversed().map((jobId) => ({ jobId, outcome: "requeued", requeuedAs: expect.any(String) })),
  );
  expect([first.matched, first.requeued, rest.matched, rest.requeued]).toEqual([2, 2, 1, 1]);
  expect(rest.nextCursor).toBeUndefined();
  const jobs = await Promise.all(
    outcomes.map(async ({ requeuedAs }) => (await bench.call("GET", `/api/v1/jobs/${requeuedAs}`)).body),
  );
  expect(jobs.map(({ retryOf }) => retryOf)).toEqual(ids.toReversed());
  expect(jobs.map(({ concurrency }) => concurrency.limit)).toEqual([1, 1, 1]);
  expect(jobs.filter(({ heldBy }) => heldBy === "limit")).toHaveLength(2);
  expect(await bench.typesOf(ids[0] ?? "")).toContain("dead-letter.requeued");
  expect(await bench.typesOf(outcomes[0].requeuedAs)).toEqual(["job.created"]);
});

test("those that are named are requeued with what became of each", async () => {
  const [fresh, done] = [await die(), await die()];
  const made = (await bench.call("POST", `/api/v1/dead-letters/${done}/requeue`)).body.id;

  const { body } = await bench.call("POST", "/api/v1/dead-letters/requeue", {
    body: { jobIds: [done, fresh, NO_JOB] },
  });

  expect(body).toEqual({
    dryRun: false,
    matched: 3,
    requeued: 1,
    outcomes: [
      { jobId: done, outcome: "conflict", requeuedAs: made },
      { jobId: fresh, outcome: "requeued", requeuedAs: expect.any(String) },
      { jobId: NO_JOB, outcome: "not-found" },
    ],
  });
});

test("many are deleted by filter and by id, and told of", async () => {
  const own = await bench.createWorkflow();
  const ids = [await die({ ofWorkflow: own }), await die({ ofWorkflow: own })];
  const remove = async (body: object) => (await bench.call("POST", "/api/v1/dead-letters/delete", { body })).body;
  await bench.call("POST", `/api/v1/dead-letters/${ids[0]}/requeue`);

  expect(await remove({ filter: { workflowId: own }, dryRun: true })).toMatchObject({ matched: 2, deleted: 0 });
  expect(await remove({ filter: { workflowId: own, requeued: true } })).toEqual({
    dryRun: false,
    matched: 1,
    deleted: 1,
    outcomes: [{ jobId: ids[0], outcome: "deleted" }],
  });
  expect((await remove({ jobIds: [ids[1], NO_JOB] })).outcomes).toEqual([
    { jobId: ids[1], outcome: "deleted" },
    { jobId: NO_JOB, outcome: "not-found" },
  ]);
  expect(await bench.typesOf(ids[1] ?? "")).toContain("dead-letter.deleted");
});

test.each(["requeue", "delete"])("a bulk %s that does not say what it means is refused", async (verb) => {
  const path = `/api/v1/dead-letters/${verb}`;
  const refused = async (body: object) => {
    const answer = await bench.call("POST", path, { body });
    expect(answer).toMatchObject({ status: 422, body: { code: "REQUEST_INVALID" } });
    return answer.body.errors[0].path;
  };

  expect(await refused({})).toBe("body.jobIds");
  expect(await refused({ filter: {} })).toBe("body.filter");
  expect(await refused({ jobIds: [] })).toBe("body.jobIds");
  expect(await refused({ jobIds: ["1"], all: true })).toBe("body.jobIds");
  expect(await refused({ filter: { code: "" } })).toBe("body.filter.code");
  expect(await bench.call("POST", path, { body: { all: true, cursor: "made-up" } })).toMatchObject({ status: 422 });
  expect((await bench.call("POST", path, { body: { all: true }, key: bench.foreignKey })).body).toMatchObject({
    matched: 0,
  });
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
