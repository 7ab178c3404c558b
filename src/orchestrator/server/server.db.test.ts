import { connect } from "node:net";
import { text } from "node:stream/consumers";
import sql from "sql-template-tag";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { routes } from "../api/routes.ts";
import { workflowDocument } from "../check-by-shape.suite.ts";
import { type OrchestratorBench, openBench } from "../orchestrator-bench.suite.ts";
import { requestHeaders } from "./describe-operations.ts";
import { errorCodes } from "./route-schema.ts";

let bench: OrchestratorBench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

describe("a request that cannot be handled", () => {
  test("to an unknown path is answered with 404, with a key or without", async () => {
    for (const key of [bench.adminKey, undefined]) {
      expect(await bench.call("GET", "/api/v1/nothing", { key })).toMatchObject({
        status: 404,
        body: { code: "ROUTE_NOT_FOUND", details: { method: "GET", path: "/api/v1/nothing" } },
      });
    }
  });

  test("with the wrong method is told the right ones", async () => {
    const answer = await bench.call("PATCH", "/api/v1/jobs");

    expect(answer).toMatchObject({
      status: 405,
      body: { code: "METHOD_NOT_ALLOWED", details: { allowed: ["GET", "HEAD", "POST"] } },
    });
    expect(answer.headers.get("allow")).toBe("GET, HEAD, POST");
  });

  test.each(["/ws/robot", "/ws/monitoring", "/ws/monitoring?x=y"])(
    "to the WebSocket %s asks for an upgrade",
    async (path) => {
      const answer = await bench.call("GET", path, { key: undefined });

      expect(answer).toMatchObject({
        status: 426,
        body: { code: "WEBSOCKET_EXPECTED", detail: expect.stringMatching(/upgrade.*contracts\/messages\.json/) },
      });
      expect(answer.headers.get("upgrade")).toBe("websocket");
    },
  );

  test("by HEAD of a stream of events is told that it has no end", async () => {
    const options = { method: "HEAD", headers: { "x-api-key": bench.adminKey } };

    expect((await fetch(`${bench.url}/api/v1/events`, options)).status).toBe(405);
  });

  test("with JSON that is none is told where it goes wrong, and never what it holds", async () => {
    const body = '{\n  "workflowId": "x",\n  "variables": {"password" "hunter2"}\n}';

    const answer = await bench.call("POST", "/api/v1/jobs", { body });

    expect(answer).toMatchObject({
      status: 400,
      body: {
        code: "REQUEST_MALFORMED",
        detail: expect.stringMatching(/line 3, column 28: a colon is missing behind the key; correct the JSON/),
        details: { line: 3, column: 28 },
      },
    });
    expect(answer.text).not.toContain("hunter2");
  });

  test.each([
    { body: "", headers: {}, status: 422, code: "REQUEST_INVALID" },
    { body: "null", headers: {}, status: 422, code: "REQUEST_INVALID" },
    { body: '{"__proto__": {"a": 1}}', headers: {}, status: 400, code: "REQUEST_MALFORMED" },
    { body: `{"a":${"[".repeat(300)}${"]".repeat(300)}}`, headers: {}, status: 400, code: "REQUEST_MALFORMED" },
    { body: new Uint8Array([0x22, 0xff, 0x22]), headers: {}, status: 400, code: "REQUEST_MALFORMED" },
    { body: "{}", headers: { "content-type": "text/plain" }, status: 415, code: "REQUEST_MEDIA_TYPE" },
    { body: "{}", headers: { "content-type": "nonsense" }, status: 415, code: "REQUEST_MEDIA_TYPE" },
    { body: `"${"x".repeat(50_000)}"`, headers: {}, status: 413, code: "REQUEST_TOO_LARGE" },
  ])("$status $code", async ({ body, headers, status, code }) => {
    expect(await bench.call("POST", "/api/v1/jobs", { body, headers })).toMatchObject({ status, body: { code } });
  });

  test("with a broken path is answered", async () => {
    expect(await bench.call("GET", "/api/v1/jobs/%zz")).toMatchObject({
      status: 400,
      body: { code: "REQUEST_MALFORMED" },
    });
  });

  test("that is no HTTP at all is answered", async () => {
    const socket = connect(Number(new URL(bench.url).port), "127.0.0.1");
    socket.write("HELLO\r\n\r\n");

    expect(await text(socket)).toMatch(/^HTTP\/1.1 400 /);
  });

  test("is refused before its body is read when the key is missing", async () => {
    const body = "x".repeat(40_000);

    expect(await bench.call("POST", "/api/v1/jobs", { body, key: undefined })).toMatchObject({
      status: 401,
      body: { code: "AUTH_REQUIRED" },
    });
  });

  test("for reasons of ours is told nothing but where to look, and the log tells all", async () => {
    await bench.database.query(sql`alter table workflow rename to hidden`);
    try {
      const answer = await bench.call("GET", "/api/v1/workflows");

      expect(answer).toMatchObject({ status: 500, body: { code: "INTERNAL", retryable: false } });
      expect(answer.text).not.toMatch(/workflow|relation|select/i);
      const line = bench.logged.find(
        ({ facts }) => (facts as { requestId?: string }).requestId === answer.body.requestId && "err" in facts,
      );
      expect(line).toMatchObject({ level: "error", text: "request failed" });
      expect(JSON.stringify(line?.facts)).toContain("42P01");
    } finally {
      await bench.database.query(sql`alter table hidden rename to workflow`);
    }
  });
});

describe("every answer", () => {
  test("carries a request id: the caller's, or a new one", async () => {
    const given = await bench.call("GET", "/health", { headers: { "x-request-id": "trace-1" } });
    const odd = await bench.call("GET", "/health", { headers: { "x-request-id": "a b\tc" } });

    expect(given.headers.get("x-request-id")).toBe("trace-1");
    expect(odd.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("is not kept, guessed at, framed or shared with other origins", async () => {
    const { headers } = await bench.call("GET", "/api/v1/workflows", { headers: { origin: "https://example.com" } });

    expect(Object.fromEntries(headers)).toMatchObject({
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    });
    expect(headers.get("access-control-allow-origin")).toBeNull();
    expect(headers.get("server")).toBeNull();
  });

  test("has a line in the log with the route's pattern and no query", async () => {
    await bench.call("GET", "/api/v1/workflows?name=confidential", { headers: { "x-request-id": "logged" } });

    const lines = bench.logged.filter(({ facts }) => (facts as { requestId?: string }).requestId === "logged");
    expect(lines).toMatchObject([{ level: "info", facts: { method: "GET", route: "/api/v1/workflows", status: 200 } }]);
    expect(JSON.stringify(lines)).not.toContain("confidential");
  });
});

describe("health", () => {
  test("is told to anybody", async () => {
    for (const path of ["/health", "/health/ready"]) {
      expect(await bench.call("GET", path, { key: undefined })).toMatchObject({
        status: 200,
        body: { status: "ok", version: "1.2.3", database: "up", migrations: "done" },
      });
    }
    expect(await bench.call("GET", "/health/live", { key: undefined })).toMatchObject({
      status: 200,
      body: { status: "ok" },
    });
    expect((await fetch(`${bench.url}/health/live`, { method: "HEAD" })).status).toBe(200);
  });

  test("is not ready while migrations are missing", async () => {
    await bench.database.query(sql`alter table schema_migration rename to hidden`);
    try {
      expect(await bench.call("GET", "/health/ready")).toMatchObject({ status: 503, body: { migrations: "pending" } });
      expect(await bench.call("GET", "/health")).toMatchObject({ status: 200, body: { status: "unavailable" } });
    } finally {
      await bench.database.query(sql`alter table hidden rename to schema_migration`);
    }
  });
});

describe("the API description", () => {
  test("describes every route with its id, errors and security", async () => {
    const { status, body: document } = await bench.call("GET", "/openapi.json", { key: undefined });

    expect(status).toBe(200);
    expect(document).toMatchObject({ openapi: "3.1.0", info: { title: "casare-rpa", version: "1.2.3" } });
    const described = Object.entries(document.paths as Record<string, Record<string, { operationId: string }>>).flatMap(
      ([path, operations]) =>
        Object.entries(operations).map(([method, { operationId }]) => `${method} ${path} ${operationId}`),
    );
    const expected = routes.map(
      ({ method, path, id }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, "{$1}")} ${id}`,
    );
    expect(described.toSorted()).toEqual(expected.toSorted());
    for (const route of routes) {
      const operation = document.paths[route.path.replaceAll(/:(\w+)/g, "{$1}")][route.method.toLowerCase()];
      const known = requestHeaders(route).includes("If-None-Match") ? [304] : [];
      const { success } = route;
      const statuses = [success.status, ...(success.also ?? []), ...known, ...errorCodes(route).keys()].map(String);
      expect(Object.keys(operation.responses).toSorted()).toEqual([...new Set(statuses)].toSorted());
      expect(operation.security ?? "as everywhere").toEqual(route.permission === undefined ? [] : "as everywhere");
    }
  });

  test("has examples, shared schemas and raw bodies", async () => {
    const { body: document } = await bench.call("GET", "/openapi.json");

    const submit = document.paths["/api/v1/jobs"].post;
    expect(submit.responses["404"].content["application/problem+json"].schema).toEqual({
      $ref: "#/components/schemas/Problem",
    });
    expect(document.components.schemas.Problem.examples).toHaveLength(1);
    expect(JSON.stringify(submit.requestBody)).toContain("NewJobInput");
    expect(document.components.schemas.NewJobInput.examples[0].priority).toBe("high");
    const upload = document.paths["/api/v1/workflows/upload"].post.requestBody.content;
    expect(Object.keys(upload)).toEqual([
      "application/json",
      "application/gzip",
      "application/octet-stream",
      "multipart/form-data",
    ]);
    expect(upload["multipart/form-data"].schema).toEqual({
      type: "object",
      required: ["file"],
      properties: { file: { type: "string", format: "binary" } },
    });
    expect(upload["application/gzip"].schema).toEqual({ type: "string", format: "binary" });
    expect(JSON.stringify(document.components.schemas.Job.properties.id)).toContain("examples");
    expect(document.paths["/api/v1/events"].get.responses["200"].content["text/event-stream"]).toBeDefined();
  });

  test("names the headers of the conventions, and gives optional filters no example that would be sent", async () => {
    const { body: document } = await bench.call("GET", "/openapi.json", { key: undefined });
    const parameters = (path: string, method: string): { name: string; in: string; example?: unknown }[] =>
      document.paths[path][method].parameters;
    const headers = (path: string, method: string): string[] =>
      parameters(path, method).flatMap((one) => (one.in === "header" ? [one.name] : []));

    expect(headers("/api/v1/jobs", "post")).toEqual(["Idempotency-Key"]);
    expect(headers("/api/v1/workflows/{workflowId}", "put")).toEqual(["If-Match"]);
    expect(headers("/api/v1/events", "get")).toEqual(["Last-Event-ID"]);
    expect(parameters("/api/v1/jobs", "get").filter((one) => one.example !== undefined)).toEqual([]);
    expect(parameters("/api/v1/jobs/{jobId}", "get")).toMatchObject([{ name: "jobId", example: expect.any(String) }]);
    expect(parameters("/api/v1/events", "get")).toContainEqual(
      expect.objectContaining({
        name: "types",
        schema: expect.objectContaining({ items: expect.objectContaining({ enum: expect.arrayContaining(["log"]) }) }),
      }),
    );
    expect(document.info.description).toMatch(/\/ws\/robot.*\/ws\/monitoring/);
  });

  test("names the headers of answers", async () => {
    const { body: document } = await bench.call("GET", "/openapi.json", { key: undefined });
    const headers = (path: string, method: string, status: number): string[] =>
      Object.keys(document.paths[path][method].responses[status].headers).toSorted();

    expect(headers("/api/v1/jobs", "post", 202)).toEqual(["Idempotency-Replayed", "Location"]);
    expect(headers("/api/v1/jobs", "post", 503)).toEqual(["Retry-After"]);
    expect(headers("/api/v1/workflows/{workflowId}", "get", 200)).toEqual(["ETag"]);
    expect(headers("/api/v1/workflows/{workflowId}", "put", 200)).toEqual(["ETag"]);
  });

  test("has a page that loads nothing from elsewhere", async () => {
    const page = await bench.call("GET", "/docs/", { key: undefined });

    expect(page.status).toBe(200);
    expect(page.text).toContain("swagger-ui");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(page.text).not.toMatch(/(?:src|href)="https?:/);
    expect((await fetch(`${bench.url}/docs`)).status).toBe(200);
    expect((await bench.call("GET", "/docs/json")).body.openapi).toBe("3.1.0");
  });
});

test("bodies of other JSON types and with a byte order mark are taken", async () => {
  const headers = { "content-type": "application/vnd.casare+json; charset=utf-8" };
  const body = `\uFEFF${JSON.stringify({ document: workflowDocument() })}`;

  expect((await bench.call("POST", "/api/v1/workflows", { body, headers })).status).toBe(201);
});
