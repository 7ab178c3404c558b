import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import { createRobotRepository } from "../../persistence/index.ts";
import { routes } from "../api/routes.ts";
import { workflowDocument } from "../check-by-shape.suite.ts";
import { type OrchestratorBench, openBench } from "../orchestrator-bench.suite.ts";
import { OrchestratorClient } from "./orchestrator-client.ts";
import { WorkQueuesClient } from "./work-queues-client.ts";

const NO_JOB = "123456789";

let bench: OrchestratorBench;
let client: OrchestratorClient;
beforeAll(async () => {
  bench = await openBench();
  client = new OrchestratorClient({ baseUrl: bench.url, apiKey: bench.adminKey });
});
afterAll(() => bench.close());

const document = workflowDocument() as Parameters<OrchestratorClient["validateWorkflow"]>[0];
const submit = async (environment = "default") => {
  const { id } = await client.createWorkflow({ document });
  return client.submitJob({ workflowId: id, environment });
};

test("has a method for every route", () => {
  const methods = new Set(
    [OrchestratorClient, WorkQueuesClient].flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype)),
  );
  const ofRoute: Record<string, string> = {
    getHealth: "health",
    getLiveness: "health",
    getReadiness: "health",
    streamEvents: "followEvents",
    createWorkQueue: "create",
    listWorkQueues: "list",
    getWorkQueue: "get",
    updateWorkQueue: "update",
    deleteWorkQueue: "delete",
    getWorkQueueStats: "stats",
    addWorkItem: "addItem",
    addWorkItems: "addItems",
    listWorkItems: "listItems",
    getWorkItem: "getItem",
    updateWorkItem: "updateItem",
    postponeWorkItem: "postponeItem",
    retryWorkItem: "retryItem",
    reviewWorkItem: "reviewItem",
    deleteWorkItem: "deleteItem",
    uploadWorkItemFile: "uploadFile",
    listWorkItemFiles: "listFiles",
    downloadWorkItemFile: "downloadFile",
    deleteWorkItemFile: "deleteFile",
  };

  expect(routes.map(({ id }) => ofRoute[id] ?? id).filter((method) => !methods.has(method))).toEqual([]);
});

describe("workflows", () => {
  test("are stored, read, changed, listed, checked and deleted", async () => {
    const created = await client.createWorkflow({ document, name: "Client" });
    const uploaded = await client.uploadWorkflow(Buffer.from(JSON.stringify(document)), { name: "Uploaded" });
    const updated = await client.updateWorkflow(created.id, { document }, { expectedVersion: 1 });

    expect(await client.getWorkflow(created.id)).toMatchObject({ version: 2, document });
    expect(await client.getWorkflow(created.id, { version: 1 })).toMatchObject({ version: 1, name: "Client" });
    expect(updated.version).toBe(2);
    await expect(client.updateWorkflow(created.id, { document }, { expectedVersion: 1 })).rejects.toMatchObject({
      code: "WORKFLOW_STORE_CONFLICT",
      status: 412,
    });
    expect((await client.listWorkflows({ name: "upload", limit: 5 })).data).toMatchObject([{ id: uploaded.id }]);
    expect(await client.validateWorkflow({})).toMatchObject({ valid: false });
    await client.deleteWorkflow(created.id, { expectedVersion: 2 });
    await expect(client.getWorkflow(created.id)).rejects.toMatchObject({ code: "WORKFLOW_STORE_NOT_FOUND" });
  });

  test("that are refused come back with every issue", async () => {
    await expect(client.createWorkflow({ document: {} })).rejects.toMatchObject({
      code: "WORKFLOW_INVALID",
      message: expect.stringContaining("2 errors"),
      details: { errors: [{ code: "WORKFLOW_NO_NODES" }, { node: "a", port: "x", suggestion: "y" }] },
    });
  });
});

test("dead letters are found, requeued and deleted, one or many", async () => {
  const ids: string[] = [];
  for (let n = 0; n < 3; n++) {
    ids.unshift((await submit(`letters-${n}`)).id);
    const lease = { tenantId: DEFAULT_TENANT, ...(await bench.claim(`letters-${n}`)) };
    await bench.queue.fail(lease, { code: "X_CLIENT", message: "broke", errorClass: "permanent" });
  }
  const filter = { code: "X_CLIENT" };

  const found = await client.listDeadLetters({ code: "X_CLIENT", category: "permanent", requeued: false });
  expect(found.data.map(({ jobId }) => jobId)).toEqual(ids);
  expect((await client.getDeadLetter(ids[0] ?? "")).error.code).toBe("X_CLIENT");
  expect((await client.requeueDeadLetter(ids[0] ?? "")).retryOf).toBe(ids[0]);
  const first = await client.requeueDeadLetters({ filter, limit: 1 });
  const rest = await client.requeueDeadLetters({ filter, limit: 1, cursor: first.nextCursor });
  expect([...first.outcomes, ...rest.outcomes].map(({ jobId }) => jobId)).toEqual(ids.slice(1));
  expect(await client.deleteDeadLetters({ filter: { ...filter, requeued: true }, dryRun: true })).toMatchObject({
    matched: 3,
  });
  expect((await client.deleteDeadLetters({ jobIds: ids.slice(1) })).deleted).toBe(2);
  await client.deleteDeadLetter(ids[0] ?? "");
  expect((await client.listDeadLetters({ code: "X_CLIENT" })).data).toEqual([]);
});

test("workflows get and lose a concurrency setting, and are paused and resumed like all jobs", async () => {
  const { id } = await client.createWorkflow({ document });

  expect(await client.setWorkflowConcurrency(id, { limit: 1 })).toMatchObject({
    concurrency: { limit: 1, onLimit: "queue" },
  });
  await client.submitJob({ workflowId: id });
  const held = await client.submitJob({ workflowId: id });
  expect((await client.listJobs({ heldBy: "limit", concurrencyKey: `workflow/${id}` })).data).toMatchObject([
    { id: held.id },
  ]);
  expect((await client.removeWorkflowConcurrency(id)).concurrency).toBeUndefined();

  const pause = await client.pauseWorkflow(id, { reason: "closed" });
  await client.pauseJobs();
  expect(await client.listPauses()).toEqual([{ pausedAt: expect.any(String) }, pause]);
  expect(pause).toMatchObject({ workflowId: id, reason: "closed" });
  expect(await client.resumeJobs()).toEqual({ wasPaused: true });
  expect(await client.resumeWorkflow(id)).toEqual({ wasPaused: true });
  expect(await client.resumeWorkflow(id)).toEqual({ wasPaused: false });
  await expect(client.pauseWorkflow("x")).rejects.toMatchObject({ code: "REQUEST_INVALID" });
});

describe("jobs", () => {
  test("are cancelled by filter, in steps", async () => {
    const [job] = [await submit("steps"), await submit("steps")];
    const filter = { environment: "steps" };

    const first = await client.cancelJobs({ filter, limit: 1, reason: "enough" });
    const rest = await client.cancelJobs({ filter, limit: 1, cursor: first.nextCursor });

    expect(first).toMatchObject({ matched: 1, cancelled: 1, nextCursor: expect.any(String) });
    expect(rest).toEqual({ dryRun: false, matched: 1, cancelled: 1, requested: 0 });
    expect((await client.getJob(job.id)).state).toBe("cancelled");
  });

  test("are submitted, looked at, cancelled and repeated", async () => {
    const job = await submit();
    const cancelled = await client.cancelJob(job.id, { reason: "enough" });
    const again = await client.retryJob(job.id);

    expect(job).toMatchObject({ state: "pending", attempts: [] });
    expect(cancelled.state).toBe("cancelled");
    expect(again.retryOf).toBe(job.id);
    expect((await client.listJobs({ state: ["cancelled"], workflowId: job.workflowId })).data).toMatchObject([
      { id: job.id },
    ]);
    expect((await client.listJobEvents(job.id, { types: ["job.cancelled"] })).data).toHaveLength(1);
    await bench.appendEvents([{ type: "log", jobId: job.id, data: { level: "error", message: "x" } }]);
    expect((await client.listJobLogs(job.id, { level: "warning" })).data).toMatchObject([{ message: "x" }]);
    await expect(client.getJob(NO_JOB)).rejects.toMatchObject({
      code: "QUEUE_JOB_NOT_FOUND",
      details: { jobId: NO_JOB },
    });
  });

  test("are submitted once under one idempotency key", async () => {
    const { id: workflowId } = await client.createWorkflow({ document });
    const options = { idempotencyKey: "client-key" };

    const first = await client.submitJob({ workflowId }, options);
    const second = await client.submitJob({ workflowId }, options);

    expect(second.id).toBe(first.id);
  });

  test("get their artifacts from the robot and give them to whoever asks", async () => {
    const job = await submit("artifacts");
    const { sessionId, attempt } = await bench.claim("artifacts");
    const robot = new OrchestratorClient({ baseUrl: bench.url, apiKey: bench.robotKey });
    const content = Buffer.from("report");
    const upload = {
      jobId: job.id,
      sha256: createHash("sha256").update(content).digest("hex"),
      name: "out/report 1.txt",
      contentType: "text/plain",
      attempt,
      sessionId,
    };

    const stored = await robot.uploadArtifact(upload, content);
    const download = await client.downloadArtifact(job.id, stored.id);

    expect(await client.listArtifacts(job.id)).toEqual([stored]);
    expect(download).toMatchObject({ contentType: "text/plain", sizeBytes: 6 });
    expect(await text(download.content)).toBe("report");
    await expect(client.downloadArtifact(job.id, "019b76da-a800-7000-8000-000000000001")).rejects.toMatchObject({
      code: "ARTIFACT_NOT_FOUND",
    });
  });

  test("that died are requeued or forgotten", async () => {
    const job = await submit("dying");
    const lease = { tenantId: DEFAULT_TENANT, ...(await bench.claim("dying")) };
    await bench.queue.fail(lease, { code: "X", message: "x", errorClass: "permanent" });

    expect((await client.listDeadLetters()).data).toMatchObject([{ jobId: job.id }]);
    expect(await client.getDeadLetter(job.id)).toMatchObject({ reason: "permanent" });
    expect((await client.requeueDeadLetter(job.id)).retryOf).toBe(job.id);
    await client.deleteDeadLetter(job.id);
    await expect(client.getDeadLetter(job.id)).rejects.toMatchObject({ code: "QUEUE_DEAD_LETTER_NOT_FOUND" });
  });
});

test("robots and their keys are looked after", async () => {
  const robots = createRobotRepository(bench.database);
  const { id } = await robots.register(DEFAULT_TENANT, {
    name: "alpha",
    version: "1",
    hostname: "h",
    platform: "p",
    environment: "default",
    capabilities: [],
    maxConcurrentJobs: 1,
  });

  expect((await client.drainRobot(id)).intent).toBe("draining");
  expect((await client.pauseRobot(id)).intent).toBe("paused");
  expect((await client.resumeRobot(id)).intent).toBe("active");
  expect(await client.getRobot(id)).toMatchObject({ name: "alpha", status: "offline" });
  expect((await client.listRobots()).data).toHaveLength(1);

  const issued = await client.createRobotKey({ name: "line" });
  const rotated = await client.rotateRobotKey(issued.id, { graceMs: 1_000 });
  expect(rotated.key).not.toBe(issued.key);
  expect(await client.revokeRobotKey(rotated.id)).toMatchObject({ revokedAt: expect.any(String) });
  expect((await client.listRobotKeys({ limit: 1 })).nextCursor).toBeDefined();
});

describe("events", () => {
  test("are followed from any point on, until the reader stops", async () => {
    const stop = new AbortController();
    await bench.appendEvents([{ type: "job.requeued" }]);
    const seen: string[] = [];

    for await (const event of client.followEvents({
      types: ["job.requeued", "job.dead"],
      after: "0",
      signal: stop.signal,
    })) {
      seen.push(event.type);
      if (seen.length === 1) await bench.appendEvents([{ type: "other" }, { type: "job.dead" }]);
      else stop.abort();
    }

    expect(seen).toEqual(["job.requeued", "job.dead"]);
  });

  test("are refused to who may not see them", async () => {
    const robot = new OrchestratorClient({ baseUrl: bench.url, apiKey: bench.robotKey });

    await expect(robot.followEvents().next()).rejects.toMatchObject({ code: "AUTH_FORBIDDEN", status: 403 });
  });
});

describe("when something else answers, or nobody", () => {
  let server: Server;
  let baseUrl: string;
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  async function serve(listener: RequestListener): Promise<OrchestratorClient> {
    server = createServer(listener).listen(0, "127.0.0.1");
    await once(server, "listening");
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return new OrchestratorClient({ baseUrl: `${baseUrl}/`, apiKey: "k", retries: 0 });
  }

  test("an orchestrator that is away for a moment is asked again, with the same idempotency key", async () => {
    const keys: unknown[] = [];
    const busy = await serve((request, response) => {
      keys.push(request.headers["idempotency-key"]);
      response.writeHead(keys.length < 3 ? 503 : 200, { "content-type": "application/json" }).end("{}");
    });
    const patient = new OrchestratorClient({ baseUrl, apiKey: "k", retries: 2 });

    await expect(patient.createRobotKey({ name: "x" })).rejects.toMatchObject({ code: "ORCHESTRATOR_BAD_ANSWER" });
    expect(new Set(keys)).toEqual(new Set([expect.stringMatching(/^[0-9a-f-]{36}$/)]));
    expect(keys).toHaveLength(3);
    await expect(busy.deleteWorkflow("x")).resolves.toBeUndefined();
  });

  test("nobody there is told with address and reason", async () => {
    const gone = await serve(() => undefined);
    server.close();

    await expect(gone.health()).rejects.toMatchObject({
      code: "ORCHESTRATOR_UNREACHABLE",
      retryable: true,
      details: { reason: "ECONNREFUSED" },
    });
  });

  test.each([
    { title: "a page", status: 200, body: "<html>", code: "ORCHESTRATOR_BAD_ANSWER" },
    { title: "other JSON", status: 200, body: '{"hello":1}', code: "ORCHESTRATOR_BAD_ANSWER" },
    { title: "an error of its own", status: 418, body: "teapot", code: "ORCHESTRATOR_BAD_ANSWER" },
    { title: "a proxy", status: 502, body: "<html>Bad Gateway</html>", code: "ORCHESTRATOR_UNREACHABLE" },
  ])("$title is told from an orchestrator", async ({ status, body, code }) => {
    const stranger = await serve((_request, response) => response.writeHead(status).end(body));

    await expect(stranger.health()).rejects.toMatchObject({ code });
  });

  test("a redirect is not followed with the key", async () => {
    const other = await serve((_request, response) => response.writeHead(302, { location: "http://192.0.2.1/" }).end());

    await expect(other.health()).rejects.toMatchObject({ code: "ORCHESTRATOR_UNREACHABLE" });
  });

  test("an answer that does not come is given up, and so is one nobody waits for any more", async () => {
    const silent = await serve(() => undefined);
    const hasty = new OrchestratorClient({ baseUrl, timeoutMs: 20, retries: 0 });
    const stop = new AbortController();
    const waiting = silent.health({ signal: stop.signal }).catch((error: unknown) => error);
    stop.abort(new Error("stopped"));

    expect(await waiting).toMatchObject({ message: "stopped" });
    await expect(hasty.health()).rejects.toMatchObject({ code: "CORE_TIMED_OUT" });
  });

  test("events go on where they were after each broken connection", async () => {
    const asked: (string | undefined)[] = [];
    const flaky = await serve((request, response) => {
      const { searchParams } = new URL(request.url ?? "", "http://x");
      const after = Number(searchParams.get("after") ?? "0");
      asked.push(searchParams.get("after") ?? undefined);
      response.writeHead(200, { "content-type": "text/event-stream" });
      const event = { seq: String(after + 1), at: "2026-01-01T00:00:00Z", type: "t", data: {} };
      response.write(
        `: hi\n\nid: ${event.seq}\ndata: ${JSON.stringify(event)}\n\ndata: {"odd":1}\n\nevent: closing\ndata: {}\n\n`,
      );
      setImmediate(() => response.destroy());
    });
    const seen: string[] = [];
    for await (const { seq } of flaky.followEvents()) {
      seen.push(seq);
      if (seen.length === 3) break;
    }

    expect(seen).toEqual(["1", "2", "3"]);
    expect(asked).toEqual([undefined, "1", "2"]);
  });
});

test.each([
  { address: "nonsense", problem: "cannot be read" },
  { address: "ftp://x", problem: "has the scheme ftp" },
  { address: "http://user:pw@x", problem: "holds a password" },
])("$address is no address", ({ address, problem }) => {
  const make = () => new OrchestratorClient({ baseUrl: address });

  expect(make).toThrow(problem);
  expect(make).toThrow(expect.objectContaining({ code: "ORCHESTRATOR_URL_INVALID" }));
});

test("health needs no key", async () => {
  expect(await new OrchestratorClient({ baseUrl: bench.url }).health()).toMatchObject({ status: "ok" });
});
