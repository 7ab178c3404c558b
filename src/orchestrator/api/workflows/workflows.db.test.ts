import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { workflowDocument } from "../../check-by-shape.suite.ts";
import { type OrchestratorBench, openBench } from "../../orchestrator-bench.suite.ts";

const NOBODY = "019b76da-a800-7000-8000-000000000001";

let bench: OrchestratorBench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

async function create(document = workflowDocument()): Promise<string> {
  const { status, body } = await bench.call("POST", "/api/v1/workflows", { body: { document } });
  expect(status).toBe(201);
  return body.id;
}

describe("POST /workflows", () => {
  test("stores a workflow and says where it is", async () => {
    const document = workflowDocument({ requires: ["browser"] });

    const created = await bench.call("POST", "/api/v1/workflows", { body: { document } });

    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      name: "Greet",
      description: "Says hello",
      version: 1,
      requires: ["browser"],
      issues: [{ severity: "note", code: "WORKFLOW_SMALL" }],
    });
    expect(created.headers.get("location")).toBe(`/api/v1/workflows/${created.body.id}`);
    expect(created.headers.get("etag")).toBe('"1"');
    const read = await bench.call("GET", created.headers.get("location") ?? "");
    expect(read.body).toMatchObject({ id: created.body.id, document });
  });

  test("takes another name than the file's, and finds one for a file without", async () => {
    const named = { document: workflowDocument(), name: "Other", description: "" };
    const nameless = { document: workflowDocument({ metadata: {} }) };

    expect((await bench.call("POST", "/api/v1/workflows", { body: named })).body).toMatchObject({
      name: "Other",
      description: "",
    });
    expect((await bench.call("POST", "/api/v1/workflows", { body: nameless })).body.name).toBe("Unnamed workflow");
  });

  test("refuses a file with errors and tells all of them with node, port and remedy", async () => {
    const refused = await bench.call("POST", "/api/v1/workflows", { body: { document: { metadata: {} } } });

    expect(refused).toMatchObject({ status: 422, body: { code: "WORKFLOW_INVALID" } });
    expect(refused.body.errors).toEqual([
      { path: "nodes", message: "there are no nodes", code: "WORKFLOW_NO_NODES" },
      { path: "nodes.a", message: "no such port", code: "WORKFLOW_PORT", node: "a", port: "x", suggestion: "y" },
    ]);
  });

  test.each([
    { body: {}, path: "body.document" },
    { body: { document: [] }, path: "body.document" },
    { body: { document: {}, name: "" }, path: "body.name" },
    { body: { document: {}, name: "a\u0000b" }, path: "body.name" },
    { body: { document: {}, naem: "x" }, path: "body" },
    { body: [], path: "body" },
  ])("refuses $body", async ({ body, path }) => {
    const refused = await bench.call("POST", "/api/v1/workflows", { body });

    expect(refused).toMatchObject({ status: 422, body: { code: "REQUEST_INVALID", errors: [{ path }] } });
  });
});

describe("POST /workflows/upload", () => {
  const text = JSON.stringify(workflowDocument({ metadata: { name: "Uploaded" } }));

  test("takes the file itself, packed or not, with a byte order mark or without", async () => {
    for (const content of [text, `\uFEFF${text}`, gzipSync(text)]) {
      const stored = await bench.call("POST", "/api/v1/workflows/upload", { body: content });

      expect(stored).toMatchObject({ status: 201, body: { name: "Uploaded", version: 1 } });
    }
  });

  test("takes a form with one file, and a name in the query", async () => {
    const form = new FormData();
    form.set("file", new File([gzipSync(text)], "greet.json.gz", { type: "application/gzip" }));

    const stored = await bench.call("POST", "/api/v1/workflows/upload?name=Renamed", { body: form });

    expect(stored).toMatchObject({ status: 201, body: { name: "Renamed" } });
  });

  test("refuses a form without a file, an empty body and what is no JSON", async () => {
    const form = new FormData();
    form.set("note", "no file here");
    for (const body of [form, "", "not json", new Uint8Array([0xff, 0xfe]), new Uint8Array([0x1f, 0x8b, 1, 2])]) {
      const refused = await bench.call("POST", "/api/v1/workflows/upload", { body });

      expect(refused).toMatchObject({ status: 400, body: { code: "REQUEST_MALFORMED" } });
    }
  });

  test.each([2, 3])("refuses a form with %i files and stores none of them", async (count) => {
    const form = new FormData();
    for (let index = 1; index <= count; index++) form.append("file", new File([text], `several-${index}.json`));

    const refused = await bench.call("POST", "/api/v1/workflows/upload?name=Several", { body: form });

    expect(refused).toMatchObject({
      status: 400,
      body: { code: "REQUEST_MALFORMED", detail: expect.stringContaining("send one form for each file") },
    });
    expect((await bench.call("GET", "/api/v1/workflows?name=Several")).body.data).toEqual([]);
  });

  test("refuses a form that breaks off", async () => {
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    const part = `--x\r\nContent-Disposition: form-data; name="file"; filename="a.json"\r\n\r\n${text}`;
    for (const body of [part, `${part}\r\n--x`, `${part}\r\n--x\r\nContent-Disp`]) {
      expect(await bench.call("POST", "/api/v1/workflows/upload", { body, headers })).toMatchObject({
        status: 400,
        body: { code: "REQUEST_MALFORMED", detail: expect.stringContaining("form") },
      });
    }
  });

  test("refuses what is too large, also when it only becomes so unpacked", async () => {
    const large = JSON.stringify(workflowDocument({ padding: "x".repeat(60_000) }));
    const form = new FormData();
    form.set("file", new File([large], "large.json"));
    for (const body of [large, gzipSync(large), form]) {
      const refused = await bench.call("POST", "/api/v1/workflows/upload", { body });

      expect(refused).toMatchObject({
        status: 413,
        body: { code: "REQUEST_TOO_LARGE", details: { maxBytes: 50_000 } },
      });
    }
  });

  test("refuses a key that occurs twice, of which only the last would be read, and says where", async () => {
    const twice = text.replace('{"metadata"', '{\n"metadata": {},\n "metadata"');
    expect(JSON.parse(twice)).toEqual(JSON.parse(text));

    expect(await bench.call("POST", "/api/v1/workflows/upload", { body: twice })).toMatchObject({
      status: 400,
      body: {
        code: "REQUEST_MALFORMED",
        details: { line: 3, column: 2, problem: 'the key "metadata" occurs twice' },
      },
    });
    const id = await create();
    for (const [method, path] of [
      ["POST", "/api/v1/workflows"],
      ["PUT", `/api/v1/workflows/${id}`],
      ["POST", "/api/v1/workflows/validate"],
    ] as const) {
      expect(await bench.call(method, path, { body: `{"document":${twice}}` })).toMatchObject({
        status: 400,
        body: { code: "REQUEST_MALFORMED", details: { line: 3, column: 2 } },
      });
    }
  });

  test("refuses a file with errors", async () => {
    const refused = await bench.call("POST", "/api/v1/workflows/upload", { body: "{}" });

    expect(refused).toMatchObject({ status: 422, body: { code: "WORKFLOW_INVALID" } });
  });
});

describe("POST /workflows/validate", () => {
  test("always answers, and says whether the file could be stored", async () => {
    const good = await bench.call("POST", "/api/v1/workflows/validate", { body: { document: workflowDocument() } });
    const bad = await bench.call("POST", "/api/v1/workflows/validate", { body: { document: {} } });

    expect(good).toMatchObject({ status: 200, body: { valid: true, name: "Greet", issues: [{ severity: "note" }] } });
    expect(bad).toMatchObject({ status: 200, body: { valid: false } });
    expect(bad.body.issues).toHaveLength(2);
  });
});

describe("GET /workflows", () => {
  test("lists what is there, newest first, by name and page by page", async () => {
    const names = ["Invoice A", "invoice B", "Other"];
    for (const name of names) await create(workflowDocument({ metadata: { name } }));

    const first = await bench.call("GET", "/api/v1/workflows?name=invoice&limit=1");
    const second = await bench.call("GET", `/api/v1/workflows?name=invoice&limit=1&cursor=${first.body.nextCursor}`);

    expect(first.body.data).toMatchObject([{ name: "invoice B" }]);
    expect(second.body.data).toMatchObject([{ name: "Invoice A" }]);
    expect(second.body.nextCursor).toBeUndefined();
    expect(first.body.data[0].document).toBeUndefined();
  });

  test.each([
    { query: "limit=0", path: "query.limit" },
    { query: "limit=251", path: "query.limit" },
    { query: "limit=x", path: "query.limit" },
    { query: "naem=x", path: "query" },
  ])("refuses $query", async ({ query, path }) => {
    expect(await bench.call("GET", `/api/v1/workflows?${query}`)).toMatchObject({
      status: 422,
      body: { code: "REQUEST_INVALID", errors: [{ path }] },
    });
  });

  test("refuses a cursor it did not give out", async () => {
    expect(await bench.call("GET", "/api/v1/workflows?cursor=made-up")).toMatchObject({
      status: 400,
      body: { code: "PERSISTENCE_CURSOR_INVALID" },
    });
  });
});

describe("one workflow", () => {
  test("is read in its newest version or any other", async () => {
    const id = await create(workflowDocument({ step: 1 }));
    await bench.call("PUT", `/api/v1/workflows/${id}`, { body: { document: workflowDocument({ step: 2 }) } });

    const newest = await bench.call("GET", `/api/v1/workflows/${id}`);
    const first = await bench.call("GET", `/api/v1/workflows/${id}?version=1`);

    expect(newest).toMatchObject({ status: 200, body: { version: 2, document: { step: 2 } } });
    expect(newest.headers.get("etag")).toBe('"2"');
    expect(first.body).toMatchObject({ version: 1, document: { step: 1 } });
    expect(await bench.call("GET", `/api/v1/workflows/${id}?version=9`)).toMatchObject({
      status: 404,
      body: { code: "WORKFLOW_VERSION_NOT_FOUND" },
    });
  });

  test("is changed by the writer who saw the newest version, and by no other", async () => {
    const id = await create();
    const put = (ifMatch: string) =>
      bench.call("PUT", `/api/v1/workflows/${id}`, {
        body: { document: workflowDocument() },
        headers: { "if-match": ifMatch },
      });

    expect(await put('"1"')).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await put('"1"')).toMatchObject({
      status: 412,
      body: { code: "WORKFLOW_STORE_CONFLICT", details: { expectedVersion: 1, version: 2 } },
    });
    expect(await put('W/"2"')).toMatchObject({ status: 412 });
    expect(await put("*")).toMatchObject({ status: 200, body: { version: 3 } });
    expect(await put("2")).toMatchObject({ status: 400, body: { code: "PRECONDITION_INVALID" } });
  });

  test("keeps its version when the new file is refused", async () => {
    const id = await create();

    const refused = await bench.call("PUT", `/api/v1/workflows/${id}`, { body: { document: {} } });

    expect(refused).toMatchObject({ status: 422, body: { code: "WORKFLOW_INVALID" } });
    expect((await bench.call("GET", `/api/v1/workflows/${id}`)).body.version).toBe(1);
  });

  test("is gone after it was deleted; jobs still find its versions", async () => {
    const id = await create();
    const path = `/api/v1/workflows/${id}`;

    expect(await bench.call("DELETE", path, { headers: { "if-match": '"7"' } })).toMatchObject({ status: 412 });
    expect(await bench.call("DELETE", path)).toMatchObject({ status: 204, text: "" });
    for (const [method, body] of [["GET"], ["DELETE"], ["PUT", { document: workflowDocument() }]] as const) {
      expect(await bench.call(method, path, { body })).toMatchObject({
        status: 404,
        body: { code: "WORKFLOW_STORE_NOT_FOUND" },
      });
    }
    expect(await bench.call("GET", `${path}?version=1`)).toMatchObject({ status: 200 });
    expect((await bench.call("POST", "/api/v1/jobs", { body: { workflowId: id } })).status).toBe(404);
  });

  test("is not found under an id that nobody has, and not looked for under one that is none", async () => {
    expect(await bench.call("GET", `/api/v1/workflows/${NOBODY}`)).toMatchObject({ status: 404 });
    expect(await bench.call("GET", "/api/v1/workflows/17")).toMatchObject({
      status: 422,
      body: { code: "REQUEST_INVALID", errors: [{ path: "params.workflowId" }] },
    });
  });
});

test("another tenant sees and changes nothing", async () => {
  const id = await create();
  const path = `/api/v1/workflows/${id}`;
  const key = bench.foreignKey;

  expect((await bench.call("GET", "/api/v1/workflows", { key })).body).toEqual({ data: [] });
  expect((await bench.call("GET", path, { key })).status).toBe(404);
  expect((await bench.call("GET", `${path}?version=1`, { key })).status).toBe(404);
  expect((await bench.call("PUT", path, { key, body: { document: workflowDocument() } })).status).toBe(404);
  expect((await bench.call("DELETE", path, { key })).status).toBe(404);
  expect((await bench.call("GET", path)).status).toBe(200);
});

test("what happens to workflows is told in the events", async () => {
  const id = await create(workflowDocument({ metadata: { name: "told" } }));
  await bench.call("PUT", `/api/v1/workflows/${id}`, { body: { document: workflowDocument() } });
  await bench.call("DELETE", `/api/v1/workflows/${id}`);

  const events = await bench.eventsOf((event) => event.data["workflowId"] === id);

  expect(events.map(({ type }) => type)).toEqual(["workflow.created", "workflow.updated", "workflow.deleted"]);
});
