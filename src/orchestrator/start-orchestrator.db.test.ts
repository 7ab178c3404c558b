import { once } from "node:events";
import { request } from "node:http";
import { connect, createServer } from "node:net";
import { text } from "node:stream/consumers";
import sql from "sql-template-tag";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { openTestDatabase } from "../../test/support/postgres.ts";
import { until } from "../../test/support/processes.ts";
import { checkByShape } from "./check-by-shape.suite.ts";
import { createOrchestrator } from "./create-orchestrator.ts";
import { type OrchestratorBench, openBench } from "./orchestrator-bench.suite.ts";
import { startOrchestrator } from "./start-orchestrator.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function open(): Promise<OrchestratorBench> {
  const bench = await openBench();
  closers.push(() => bench.close());
  return bench;
}

describe("startOrchestrator", () => {
  test("gives the admin key at the first start and never again", async () => {
    const bench = await open();

    const replica = await bench.startReplica();

    expect(bench.adminKey).toMatch(/^crpa_admin_/);
    expect(replica.adminKey).toBeUndefined();
    expect(await bench.call("GET", "/api/v1/robots")).toMatchObject({ status: 200, body: { data: [] } });
  });

  test("tells that a port is taken, and leaves nothing running", async () => {
    const bench = await open();
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    closers.push(async () => void other.close());

    await expect(bench.startReplica({ PORT: port })).rejects.toMatchObject({
      code: "ORCHESTRATOR_PORT_IN_USE",
      details: { host: "127.0.0.1", port },
    });
    await expect(bench.startReplica({ HOST: "192.0.2.1" })).rejects.toMatchObject({
      code: "ORCHESTRATOR_CANNOT_LISTEN",
    });

    const listeners = await bench.database.query(
      sql`select 1 from pg_stat_activity where datname = current_database() and query ilike 'listen%'`,
    );
    // The listening connection of the bench's own orchestrator is shared by its replicas.
    expect(listeners.length).toBeLessThanOrEqual(1);
  });

  test("migrates an empty database", async () => {
    const opened = await openTestDatabase();
    const { database } = opened;
    closers.push(() => opened.close());
    await database.query(sql`drop schema public cascade`);
    await database.query(sql`create schema public`);

    const orchestrator = await startOrchestrator({
      settings: {
        PORT: 0,
        HOST: "127.0.0.1",
        ARTIFACT_MAX_BYTES: 1,
        BODY_MAX_BYTES: 1_024,
        ROBOT_OFFLINE_MS: 30_000,
        HOME: "/nonexistent",
        QUEUE_LEASE_MS: 30_000,
        QUEUE_HEARTBEAT_MS: 10_000,
        QUEUE_REAP_MS: 5_000,
        QUEUE_TIDY_MS: 3_600_000,
        QUEUE_RETENTION_DAYS: 35,
        QUEUE_DEAD_LETTER_RETENTION_DAYS: 90,
        QUEUE_HORIZON_ALARM_MS: 300_000,
        QUEUE_DEAD_ROWS_ALARM: 200_000,
      },
      database,
      checkWorkflow: checkByShape,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      version: "1.0.0",
    });
    closers.push(() => orchestrator.close());

    expect((await fetch(`${orchestrator.url}/health/ready`)).status).toBe(200);
  });
});

test("a robot that dials in gets jobs, is seen over the API and hears what people want of it, from any replica", async () => {
  const bench = await open();
  const replica = await bench.startReplica();
  const socket = new WebSocket(`${replica.url.replace("http", "ws")}/ws/robot`, {
    headers: { "x-api-key": bench.robotKey },
  });
  closers.push(async () => socket.terminate());
  const inbox: { type: string; payload: Record<string, unknown> }[] = [];
  socket.on("message", (data: Buffer) => void inbox.push(JSON.parse(data.toString("utf8"))));
  const received = (type: string) => until(async () => inbox.find((message) => message.type === type)?.payload, 10_000);
  const send = (type: string, payload: Record<string, unknown>) =>
    socket.send(JSON.stringify({ v: 1, type, id: type, ts: "2026-01-01T00:00:00Z", seq: 1, payload }));
  await once(socket, "open");
  send("robot.hello", {
    name: "dialed in",
    version: "1.0.0",
    hostname: "h",
    platform: "p",
    environment: "default",
    capabilities: [],
    maxConcurrentJobs: 1,
  });
  const registered = await received("robot.registered");
  const { body: job } = await bench.call("POST", "/api/v1/jobs", {
    body: { workflowId: await bench.createWorkflow(), variables: { a: 1 } },
  });

  send("job.claim", { sessionId: registered?.["sessionId"], limit: 1 });
  const claimed = await received("job.claimed");
  const robots = await bench.call("GET", "/api/v1/robots");
  await bench.call("POST", `/api/v1/robots/${robots.body.data[0].id}/drain`);
  await bench.call("POST", `/api/v1/jobs/${job.id}/cancel`);

  expect(claimed?.["jobs"]).toMatchObject([{ jobId: job.id, workflowName: "Greet", variables: { a: 1 } }]);
  expect(robots.body.data).toMatchObject([{ name: "dialed in", intent: "active" }]);
  expect(await received("robot.control")).toEqual({ intent: "draining" });
  expect(await received("job.cancel")).toMatchObject({ jobId: job.id });
  expect(await bench.typesOf(job.id)).toEqual(["job.created", "job.claimed", "job.cancel-requested"]);
});

describe("closing", () => {
  test("ends streams and sockets, lets running requests finish and refuses new ones", async () => {
    const bench = await open();
    const replica = await bench.startReplica();
    const headers = { "x-api-key": bench.adminKey };
    const stream = await fetch(`${replica.url}/api/v1/events`, { headers });
    const socket = new WebSocket(`${replica.url.replace("http", "ws")}/ws/monitoring`, { headers });
    await once(socket, "open");
    const closed = once(socket, "close");
    const running = fetch(`${replica.url}/api/v1/workflows`, { headers });
    const runningStatus = running.then(({ status }) => status);
    // The request is with the server before the closing begins.
    await fetch(`${replica.url}/health/live`);

    await Promise.all([replica.close(5_000), replica.close(5_000)]);

    expect(await runningStatus).toBe(200);
    expect(await stream.text()).toContain(": connected");
    expect(await closed).toMatchObject([1012, expect.anything()]);
    await expect(fetch(`${replica.url}/health/live`)).rejects.toThrow("fetch failed");
    expect((await bench.call("GET", "/health/ready")).status).toBe(200);
  });

  test("refuses what comes on a connection that is still busy", async () => {
    const bench = await open();
    const replica = await bench.startReplica();
    const socket = connect(Number(new URL(replica.url).port), "127.0.0.1");
    const head = `Host: x\r\nX-API-Key: ${bench.adminKey}\r\n`;
    socket.write(
      `POST /api/v1/jobs HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n`,
    );
    const [proceed] = (await once(socket, "data")) as [Buffer];
    expect(String(proceed)).toContain("100 Continue");

    const closed = replica.close(5_000);
    socket.write(`{}GET /health/live HTTP/1.1\r\n${head}\r\n`);
    const answers = await text(socket);
    await closed;

    expect([...answers.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => status)).toEqual(["422", "503"]);
    expect(answers).toContain('"code":"ORCHESTRATOR_CLOSING"');
  });

  test("drops what does not end in time", async () => {
    const bench = await open();
    const replica = await bench.startReplica();
    const headers = { "x-api-key": bench.adminKey, "content-type": "application/json", expect: "100-continue" };
    const upload = request(`${replica.url}/api/v1/workflows/upload`, { method: "POST", headers });
    upload.flushHeaders();
    // The server has the request now and waits for a body that never comes.
    await once(upload, "continue");
    const dropped = once(upload, "error");

    await replica.close(100);

    expect(await dropped).toMatchObject([{ code: "ECONNRESET" }]);
  });
});

test("a database that went away makes the probes say so, and requests fail with a code that says to come back", async () => {
  const opened = await openTestDatabase();
  const { database } = opened;
  closers.push(() => opened.close());
  const orchestrator = await createOrchestrator({
    services: {
      limits: { bodyMaxBytes: 1_000, artifactMaxBytes: 1, robotOfflineMs: 1, heartbeatMs: 1 },
      readiness: async () => ({ database: "down", migrations: "unknown" }),
      verifyKey: () => database.query(sql`select 1`).then(() => undefined),
      clock: { now: () => new Date(), monotonicMs: () => 0 },
      log: { debug() {}, info() {}, warn() {}, error() {} },
      version: "1.0.0",
    } as unknown as Parameters<typeof createOrchestrator>[0]["services"],
    idempotency: {} as Parameters<typeof createOrchestrator>[0]["idempotency"],
  });
  closers.push(() => orchestrator.close(1_000));
  const url = await orchestrator.listen({ host: "127.0.0.1", port: 0 });
  await database.close();

  const ready = await fetch(`${url}/health/ready`);
  const refused = await fetch(`${url}/api/v1/jobs`, { headers: { "x-api-key": "any" } });

  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ status: "unavailable", database: "down" });
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ code: "DATABASE_CLOSED" });
});
