import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_TENANT } from "../../../core/ids.ts";
import { createPostgresWorkItemStore, type ItemHolder, type WorkItemStore } from "../../../queue/items/index.ts";
import { type OrchestratorBench, openBench } from "../../orchestrator-bench.suite.ts";

const NOBODY = "019b76da-a800-7000-8000-000000000001";
const PATH = "/api/v1/work-queues";

let bench: OrchestratorBench;
/** As another process would see it. */
let store: WorkItemStore;
beforeAll(async () => {
  bench = await openBench();
  store = createPostgresWorkItemStore(bench.database);
});
afterAll(() => bench.close());

const sha256Of = (content: string): string => createHash("sha256").update(content).digest("hex");

let queues = 0;
async function createQueue(draft: object = {}): Promise<{ id: string; name: string; path: string }> {
  const created = await bench.call("POST", PATH, { body: { name: `Queue ${++queues}`, ...draft } });
  expect(created.status).toBe(201);
  return { id: created.body.id, name: created.body.name, path: `${PATH}/${created.body.id}` };
}

async function addItem(path: string, body: object = {}): Promise<string> {
  const added = await bench.call("POST", `${path}/items`, { body });
  expect(added.status).toBe(201);
  return added.body.id;
}

let jobIds = 7_000;
async function failNext(queueId: string, type: "application" | "business" = "business"): Promise<string> {
  const holder: ItemHolder = { jobId: String(++jobIds), attempt: 1 };
  const item = await store.takeNext({ tenantId: DEFAULT_TENANT, queueId, holder });
  const lease = { tenantId: DEFAULT_TENANT, itemId: item?.id ?? "", attempt: item?.attempt ?? 0, holder };
  await store.fail(lease, { type, code: "X", message: "wrong" });
  return lease.itemId;
}

describe("a work queue", () => {
  test("is created and found under its id and its name", async () => {
    const created = await bench.call("POST", PATH, {
      body: { name: "Invoices & more", uniqueReference: true, retry: { business: { maxRetries: 1 } } },
    });

    expect(created).toMatchObject({
      status: 201,
      body: {
        name: "Invoices & more",
        version: 1,
        uniqueReference: true,
        retry: { application: { maxRetries: 3, delayMs: 60_000 }, business: { maxRetries: 1 }, maxAttempts: 10 },
      },
    });
    expect(created.headers.get("location")).toBe(`${PATH}/${created.body.id}`);
    expect(created.headers.get("etag")).toBe('"1"');
    for (const queue of [created.body.id, encodeURIComponent("Invoices & more")]) {
      const read = await bench.call("GET", `${PATH}/${queue}`);
      expect(read).toMatchObject({ status: 200, body: created.body });
    }
    expect((await bench.call("GET", PATH)).body.data).toContainEqual(created.body);
  });

  test.each([
    { body: {}, code: "REQUEST_INVALID" },
    { body: { name: "" }, code: "REQUEST_INVALID" },
    { body: { name: "x", retentionDays: 0 }, code: "REQUEST_INVALID" },
    { body: { name: "x", naem: 1 }, code: "REQUEST_INVALID" },
    { body: { name: NOBODY }, code: "WORK_QUEUE_INVALID" },
    { body: { name: "x", itemSchema: { $ref: "#" } }, code: "WORK_QUEUE_INVALID" },
  ])("is refused as $body", async ({ body, code }) => {
    expect(await bench.call("POST", PATH, { body })).toMatchObject({ status: 422, body: { code } });
  });

  test("is changed and deleted by the writer who saw the newest version", async () => {
    const { path, name } = await createQueue();
    const put = (ifMatch: string, body: object = { name }) =>
      bench.call("PUT", path, { body, headers: { "if-match": ifMatch } });

    expect(await put('"1"', { name, description: "new" })).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await put('"1"')).toMatchObject({ status: 412, body: { code: "WORK_QUEUE_CONFLICT" } });
    expect(await put("1")).toMatchObject({ status: 400, body: { code: "PRECONDITION_INVALID" } });
    expect(await put("*", { name, uniqueReference: true })).toMatchObject({
      status: 422,
      body: { code: "WORK_QUEUE_INVALID" },
    });
    expect(await bench.call("POST", PATH, { body: { name } })).toMatchObject({
      status: 409,
      body: { code: "WORK_QUEUE_NAME_TAKEN" },
    });
    expect(await bench.call("DELETE", path, { headers: { "if-match": '"1"' } })).toMatchObject({ status: 412 });
    expect(await bench.call("DELETE", path)).toMatchObject({ status: 204 });
    expect(await bench.call("GET", path)).toMatchObject({ status: 404, body: { code: "WORK_QUEUE_NOT_FOUND" } });
    expect(await bench.call("PUT", path, { body: { name } })).toMatchObject({ status: 404 });
  });

  test("is not deleted while a job works on it", async () => {
    const { id, path } = await createQueue();
    await addItem(path);
    await store.takeNext({ tenantId: DEFAULT_TENANT, queueId: id, holder: { jobId: "1", attempt: 1 } });

    expect(await bench.call("DELETE", path)).toMatchObject({ status: 409, body: { code: "WORK_QUEUE_IN_USE" } });
  });

  test("tells its figures", async () => {
    const { id, path } = await createQueue();
    await addItem(path, { deadline: "2020-01-01T00:00:00Z" });
    await addItem(path, { postponeUntil: "2999-01-01T00:00:00Z" });
    await failNext(id);
    await addItem(path);

    const stats = await bench.call("GET", `${path}/stats`);

    expect(stats).toMatchObject({
      status: 200,
      body: { counts: { new: 2, failed: 1 }, due: 1, postponed: 1, deadlineMisses: 1 },
    });
    expect(await bench.call("GET", `${path}/stats?since=yesterday`)).toMatchObject({ status: 422 });
  });
});

describe("items", () => {
  test("are added, with the words for priorities, and shown with all that is known", async () => {
    const { id: queueId, path, name } = await createQueue();
    const body = { reference: "A-1", data: { n: 1 }, priority: "high", deadline: "2030-01-01T00:00:00+02:00" };

    const added = await bench.call("POST", `${PATH}/${encodeURIComponent(name)}/items`, { body });

    expect(added).toMatchObject({
      status: 201,
      body: { queueId, state: "new", priority: 75, reference: "A-1", deadline: "2029-12-31T22:00:00.000Z", version: 1 },
    });
    expect(added.headers.get("location")).toBe(`${path}/items/${added.body.id}`);
    expect(await bench.call("GET", `${path}/items/${added.body.id}`)).toMatchObject({
      status: 200,
      body: { ...added.body, attempts: [], files: [] },
    });
    const events = await bench.eventsOf((event) => event.data["queueId"] === queueId);
    expect(events.map(({ type }) => type)).toEqual(["work-queue.created", "work-items.added"]);
  });

  test("are added once under an id, and refused with the place of the mistake", async () => {
    const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
    const { path } = await createQueue({ uniqueReference: true, itemSchema: schema });
    const body = { id: NOBODY, reference: "a", data: { n: 1 } };
    const post = (item: object) => bench.call("POST", `${path}/items`, { body: item });

    expect((await post(body)).status).toBe(201);
    expect(await post(body)).toMatchObject({ status: 200, body: { id: NOBODY } });
    expect(await post({ reference: "a", data: { n: 2 } })).toMatchObject({
      status: 409,
      body: { code: "WORK_ITEM_REFERENCE_TAKEN", details: { path: "body.reference" } },
    });
    expect(await post({ reference: "b", data: { n: "secret" } })).toMatchObject({
      status: 422,
      body: { code: "WORK_ITEM_INVALID", details: { path: "body.data.n", problem: "must be integer" } },
    });
    expect(await post({ data: { n: 1 } })).toMatchObject({ status: 422, body: { code: "WORK_ITEM_INVALID" } });
    expect(await post({ refrence: "a" })).toMatchObject({ status: 422, body: { code: "REQUEST_INVALID" } });
  });

  test("are added in bulk, all or none", async () => {
    const { path } = await createQueue({ uniqueReference: true });
    const bulk = (items: object[], mode?: string) =>
      bench.call("POST", `${path}/items/bulk`, { body: { items, ...(mode !== undefined && { mode }) } });

    expect(await bulk([{ reference: "a" }, { reference: "b" }])).toMatchObject({
      status: 200,
      body: { added: 2, refused: 0, items: [{ created: true }, { created: true }] },
    });
    expect(await bulk([{ reference: "c" }, { reference: "a" }])).toMatchObject({
      status: 422,
      body: { code: "WORK_ITEMS_REFUSED", errors: [{ path: "items.1.reference", code: "WORK_ITEM_REFERENCE_TAKEN" }] },
    });
    expect(await bulk([{ reference: "c" }, { reference: 5 }, { priority: "urgent" }])).toMatchObject({
      status: 422,
      body: { errors: [{ path: "items.1.reference" }, { path: "items.2.priority" }] },
    });
    expect((await bench.call("GET", `${path}/items`)).body.data).toHaveLength(2);
  });

  test("are added in bulk, each by itself, with a report in the order of the request", async () => {
    const { path } = await createQueue({ uniqueReference: true });
    const items = [{ reference: 5 }, { reference: "a" }, { nmae: 1 }, { reference: "a" }, {}, { reference: "b" }];

    const report = await bench.call("POST", `${path}/items/bulk`, { body: { items, mode: "each" } });

    expect(report).toMatchObject({
      status: 200,
      body: {
        added: 2,
        refused: 4,
        items: [
          { created: false, problem: { path: "items.0.reference" } },
          { created: true, id: expect.any(String) },
          { created: false, problem: { path: "items.2" } },
          { created: false, problem: { path: "items.3.reference", code: "WORK_ITEM_REFERENCE_TAKEN" } },
          { created: false, problem: { path: "items.4.reference" } },
          { created: true },
        ],
      },
    });
    const many = { items: Array.from({ length: 10_001 }, () => ({})), mode: "each" };
    expect(await bench.call("POST", `${path}/items/bulk`, { body: many })).toMatchObject({ status: 422 });
  });

  test("are listed by what they are", async () => {
    const { id, path } = await createQueue();
    const first = await addItem(path, { reference: "a", priority: 90 });
    await failNext(id);
    const second = await addItem(path, { reference: "b" });
    const list = async (query: string) =>
      (await bench.call("GET", `${path}/items?${query}`)).body.data.map((item: { id: string }) => item.id);

    expect(await list("")).toEqual([second, first]);
    expect(await list("state=failed,successful")).toEqual([first]);
    expect(await list("reference=b")).toEqual([second]);
    expect(await list("exceptionType=business&review=none")).toEqual([first]);
    const page = await bench.call("GET", `${path}/items?limit=1`);
    expect(await list(`limit=1&cursor=${page.body.nextCursor}`)).toEqual([first]);
    for (const query of ["state=done", "cursor=made-up", "sate=new", "from=yesterday"]) {
      expect((await bench.call("GET", `${path}/items?${query}`)).status).toBe(422);
    }
  });

  test("that wait are changed, put off and deleted by the writer who saw the newest version", async () => {
    const { path } = await createQueue();
    const item = `${path}/items/${await addItem(path, { reference: "a", deadline: "2030-01-01T00:00:00Z" })}`;
    const headers = { "if-match": '"1"' };

    const changed = await bench.call("PUT", item, {
      body: { priority: "low", deadline: null, data: { n: 2 } },
      headers,
    });
    expect(changed).toMatchObject({ status: 200, body: { priority: 25, data: { n: 2 }, reference: "a", version: 2 } });
    expect(changed.body.deadline).toBeUndefined();
    expect(await bench.call("PUT", item, { body: {}, headers })).toMatchObject({
      status: 412,
      body: { code: "WORK_ITEM_CONFLICT" },
    });
    const later = await bench.call("POST", `${item}/postpone`, { body: { until: "2999-01-01T00:00:00Z" } });
    expect(later).toMatchObject({ status: 200, body: { postponeUntil: "2999-01-01T00:00:00.000Z" } });
    expect(
      (await bench.call("POST", `${item}/postpone`, { body: { until: null } })).body.postponeUntil,
    ).toBeUndefined();
    expect(await bench.call("DELETE", item, { headers })).toMatchObject({ status: 412 });
    expect(await bench.call("DELETE", item)).toMatchObject({ status: 204 });
    expect((await bench.call("GET", item)).body.state).toBe("deleted");
    expect(await bench.call("DELETE", item)).toMatchObject({ status: 409, body: { code: "WORK_ITEM_STATE" } });
  });

  test("that failed are reviewed and sent back", async () => {
    const { id, path } = await createQueue();
    await addItem(path);
    const item = `${path}/items/${await failNext(id)}`;
    const review = (body: object) => bench.call("POST", `${item}/review`, { body });

    expect(await review({ status: "in_review" })).toMatchObject({
      status: 200,
      body: { review: { status: "in_review", reviewer: expect.any(String) } },
    });
    expect(await review({ status: "verified", reviewer: "Ada", note: "wrong address" })).toMatchObject({
      body: { state: "failed", review: { status: "verified", reviewer: "Ada", note: "wrong address" } },
    });
    const retried = await bench.call("POST", `${item}/retry`, { body: { note: "again" } });
    expect(retried).toMatchObject({ status: 200, body: { state: "retried", review: { status: "retried" } } });
    expect(await bench.call("POST", `${item}/retry`)).toMatchObject({ status: 409 });
    await failNext(id);
    expect(await review({ status: "retried", reviewer: "Grace" })).toMatchObject({ body: { state: "retried" } });
    expect((await bench.call("GET", item)).body.attempts).toMatchObject([
      { attempt: 1, outcome: "failed", exception: { type: "business", code: "X" } },
      { attempt: 2, outcome: "failed" },
    ]);
    expect(await review({ status: "fine" })).toMatchObject({ status: 422 });
  });

  test("are found in their own queue and their own tenant only", async () => {
    const [own, other] = [await createQueue(), await createQueue()];
    const itemId = await addItem(own.path);
    const key = bench.foreignKey;

    expect(await bench.call("GET", `${other.path}/items/${itemId}`)).toMatchObject({
      status: 404,
      body: { code: "WORK_ITEM_NOT_FOUND" },
    });
    expect(await bench.call("GET", `${own.path}/items/17`)).toMatchObject({ status: 422 });
    for (const [method, path, body] of [
      ["GET", own.path],
      ["PUT", own.path, { name: "mine" }],
      ["DELETE", own.path],
      ["GET", `${own.path}/stats`],
      ["POST", `${own.path}/items`, {}],
      ["POST", `${own.path}/items/bulk`, { items: [] }],
      ["GET", `${own.path}/items`],
      ["GET", `${own.path}/items/${itemId}`],
      ["PUT", `${own.path}/items/${itemId}`, {}],
      ["DELETE", `${own.path}/items/${itemId}`],
      ["POST", `${own.path}/items/${itemId}/retry`],
      ["POST", `${own.path}/items/${itemId}/review`, { status: "verified" }],
      ["POST", `${own.path}/items/${itemId}/postpone`, { until: null }],
      ["GET", `${own.path}/items/${itemId}/files`],
    ] as const) {
      expect(await bench.call(method, path, { key, body })).toMatchObject({
        status: 404,
        body: { code: "WORK_QUEUE_NOT_FOUND" },
      });
    }
    expect((await bench.call("GET", PATH, { key })).body.data).toEqual([]);
  });
});

const upload = (item: string, content: string, name = "a.txt", sha256 = sha256Of(content)) =>
  bench.call("PUT", `${item}/files/${sha256}?name=${encodeURIComponent(name)}`, {
    body: content,
    headers: { "content-type": "text/plain" },
  });

describe("files of items", () => {
  test("are attached, shown, given back and taken away", async () => {
    const { path } = await createQueue();
    const item = `${path}/items/${await addItem(path)}`;

    const stored = await upload(item, "hello", "отчёт.txt");

    expect(stored).toMatchObject({
      status: 201,
      body: { name: "отчёт.txt", contentType: "text/plain", sizeBytes: 5, sha256: sha256Of("hello") },
    });
    expect((await bench.call("GET", item)).body.files).toEqual([stored.body]);
    const file = `${item}/files/${stored.body.id}`;
    const download = await bench.call("GET", file);
    expect(download).toMatchObject({ status: 200, text: "hello" });
    expect(download.headers.get("content-disposition")).toMatch(/^attachment;/);
    expect(download.headers.get("content-security-policy")).toContain("sandbox");
    expect(await bench.call("DELETE", file)).toMatchObject({ status: 204 });
    for (const method of ["GET", "DELETE"]) {
      expect(await bench.call(method, file)).toMatchObject({ status: 404, body: { code: "WORK_ITEM_FILE_NOT_FOUND" } });
    }
    expect((await bench.call("GET", `${item}/files`)).body).toEqual({ data: [] });
  });

  test("are given back in part, told of without content, and not sent to who has them", async () => {
    const { path } = await createQueue();
    const item = `${path}/items/${await addItem(path)}`;
    const { body } = await upload(item, "0123456789");
    const file = `${item}/files/${body.id}`;
    const etag = `"${body.sha256}"`;

    const head = await bench.call("HEAD", file);
    const part = await bench.call("GET", file, { headers: { range: "bytes=2-4" } });

    expect(head).toMatchObject({ status: 200, text: "" });
    expect(Object.fromEntries(head.headers)).toMatchObject({ etag, "accept-ranges": "bytes", "content-length": "10" });
    expect(part).toMatchObject({ status: 206, text: "234" });
    expect(part.headers.get("content-range")).toBe("bytes 2-4/10");
    expect(await bench.call("GET", file, { headers: { "if-none-match": etag } })).toMatchObject({
      status: 304,
      text: "",
    });
    expect(await bench.call("GET", file, { headers: { range: "bytes=10-" } })).toMatchObject({
      status: 416,
      body: { code: "RANGE_NOT_SATISFIABLE" },
    });
  });

  test("are refused with another hash, and too large", async () => {
    const { path } = await createQueue();
    const item = `${path}/items/${await addItem(path)}`;

    expect(await upload(item, "x", "a", sha256Of("y"))).toMatchObject({
      status: 422,
      body: { code: "BLOB_HASH_MISMATCH" },
    });
    expect(await upload(item, "x".repeat(100_001))).toMatchObject({ status: 413, body: { code: "BLOB_TOO_LARGE" } });
    expect(await upload(`${path}/items/${NOBODY}`, "x")).toMatchObject({ status: 404 });
  });

  test("whose content is gone say so", async () => {
    const { path } = await createQueue();
    const item = `${path}/items/${await addItem(path)}`;
    const { body } = await upload(item, "lost");
    await bench.removeArtifacts();

    expect(await bench.call("GET", `${item}/files/${body.id}`)).toMatchObject({
      status: 410,
      body: { code: "ARTIFACT_LOST" },
    });
  });
});

async function jobsOf(environment: string): Promise<readonly { readonly id: string; readonly state: string }[]> {
  return (await bench.call("GET", `/api/v1/jobs?environment=${environment}`)).body.data;
}

describe("a start rule", () => {
  let workflowId: string;
  beforeAll(async () => {
    workflowId = await bench.createWorkflow();
  });
  let environments = 0;
  const rule = (more: object = {}) => ({
    workflowId,
    itemsPerJob: 2,
    maxJobs: 2,
    environment: `rule-${++environments}`,
    variables: { from: "the rule" },
    ...more,
  });
  test("starts jobs at once when items are added", async () => {
    const startRule = rule();
    const { path, id } = await createQueue({ startRule });

    await addItem(path);
    const [first] = await jobsOf(startRule.environment);
    await bench.call("POST", `${path}/items/bulk`, { body: { items: [{}, {}, {}, {}] } });

    expect(first).toMatchObject({ state: "pending" });
    expect(await jobsOf(startRule.environment)).toHaveLength(2);
    expect((await bench.call("GET", `/api/v1/jobs/${first?.id}`)).body).toMatchObject({
      workflowId,
      variables: { from: "the rule" },
    });
    const [created] = await bench.eventsOf((event) => event.jobId === first?.id);
    expect(created).toMatchObject({ type: "job.created", data: { workQueueId: id } });
  });

  test("starts another job at once when one is cancelled before it began", async () => {
    const startRule = rule({ maxJobs: 1 });
    const { path } = await createQueue({ startRule });
    await addItem(path);
    const [first] = await jobsOf(startRule.environment);

    await bench.call("POST", `/api/v1/jobs/${first?.id}/cancel`);

    const jobs = await jobsOf(startRule.environment);
    expect(jobs.map(({ state }) => state)).toEqual(["pending", "cancelled"]);
  });

  test("starts jobs when it is set on a queue that has items, and when an item is sent back", async () => {
    const startRule = rule({ itemsPerJob: 1 });
    const { id, path, name } = await createQueue();
    await addItem(path);

    await bench.call("PUT", path, { body: { name, startRule } });
    expect(await jobsOf(startRule.environment)).toHaveLength(1);
    const itemId = await failNext(id);
    await addItem(path);
    expect(await jobsOf(startRule.environment)).toHaveLength(1);
    await bench.call("POST", `${path}/items/${itemId}/retry`);

    expect(await jobsOf(startRule.environment)).toHaveLength(2);
  });

  test("whose workflow does not exist starts nothing, and items are added all the same", async () => {
    const startRule = rule({ workflowId: NOBODY });
    const { path } = await createQueue({ startRule });

    await addItem(path);

    expect(await jobsOf(startRule.environment)).toEqual([]);
    expect(bench.logged.map(({ text }) => text)).toContain("workflow of a start rule does not exist");
    await bench.call("PUT", path, { body: { name: `Mended ${queues}`, startRule: { ...startRule, workflowId } } });
    expect(await jobsOf(startRule.environment)).toHaveLength(1);
  });
});
