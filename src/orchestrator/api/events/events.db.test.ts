import { once } from "node:events";
import { request } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type RawData, WebSocket } from "ws";
import { type MonitoringMessage, monitoringMessage } from "../../../contracts/index.ts";
import { DEFAULT_TENANT, type TenantId } from "../../../core/ids.ts";
import { createEventRepository } from "../../../persistence/index.ts";
import { type OrchestratorBench, openBench } from "../../orchestrator-bench.suite.ts";

let bench: OrchestratorBench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const append = (type: string, jobId?: string, tenantId: TenantId = DEFAULT_TENANT) =>
  createEventRepository(bench.database).append(tenantId, [{ type, ...(jobId !== undefined && { jobId }) }]);
const latestSeq = () => createEventRepository(bench.database).latestSeq(DEFAULT_TENANT);

const seqsIn = (text: string): string[] => [...text.matchAll(/^id: (\d+)$/gm)].map(([, seq]) => seq ?? "");

describe("GET /events", () => {
  const open: AbortController[] = [];
  afterEach(() => {
    for (const controller of open.splice(0)) controller.abort();
  });

  interface Stream {
    readonly response: Response;
    /** The stream's text as soon as it contains the part. */
    until(part: string): Promise<string>;
  }

  async function stream(query = "", headers: Record<string, string> = {}, key = bench.adminKey): Promise<Stream> {
    const controller = new AbortController();
    open.push(controller);
    const response = await fetch(`${bench.url}/api/v1/events${query}`, {
      headers: { "x-api-key": key, ...headers },
      signal: controller.signal,
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    return {
      response,
      async until(part) {
        while (!text.includes(part)) {
          const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
          if (done) throw new Error(`the stream ended without ${part}: ${text}`);
          text += value;
        }
        return text;
      },
    };
  }

  test("begins at once and tells what happens from then on", async () => {
    await append("before");
    const events = await stream();
    expect(events.response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(events.response.headers.get("cache-control")).toBe("no-cache, no-transform");
    await events.until(": connected");

    await append("after");

    const text = await events.until('"type":"after"');
    expect(text).toMatch(/^retry: \d+$/m);
    expect(text).not.toContain('"before"');
    expect(text).toMatch(/^data: \{"seq":"\d+","at":"[^"]+Z","type":"after","data":\{\}\}$/m);
  });

  test("goes on behind the event a reader saw last, whether header or query says so", async () => {
    const start = await latestSeq();
    for (const type of ["r1", "r2", "r3"]) await append(type);
    const first = await (await stream(`?after=${start}`)).until('"r3"');
    const [seen] = seqsIn(first);

    const second = await (await stream("?after=0", { "last-event-id": seen ?? "" })).until('"r3"');

    expect(seqsIn(second)).toEqual(seqsIn(first).slice(1));
  });

  test("tells only of the types and the job that were asked for", async () => {
    const events = await stream("?types=job.completed,job.failed&jobId=77");
    await events.until(": connected");
    await append("job.completed", "78");
    await append("job.created", "77");
    await append("job.failed", "77");

    const text = await events.until('"job.failed"');
    expect(seqsIn(text)).toHaveLength(1);
  });

  test("tells nothing of another tenant", async () => {
    const events = await stream("?after=0", {}, bench.foreignKey);
    await append("ours");
    await append("theirs", undefined, bench.foreignTenant);

    const text = await events.until('"theirs"');
    expect(text).not.toContain('"ours"');
  });

  test("closes a reader that takes nothing, and says where to go on to one that takes it late", async () => {
    const slow = request(`${bench.url}/api/v1/events`, { headers: { "x-api-key": bench.adminKey } });
    slow.end();
    const [response] = (await once(slow, "response")) as [NodeJS.ReadableStream];
    await once(response, "readable");
    const data = { text: "x".repeat(12_000) };
    const events = createEventRepository(bench.database);
    for (let round = 0; round < 7; round++) {
      await events.append(
        DEFAULT_TENANT,
        Array.from({ length: 300 }, () => ({ type: "big", data })),
      );
    }

    let text = "";
    for await (const chunk of response) text += String(chunk);

    expect(text.trimEnd()).toMatch(/event: closing\ndata: \{"code":"REALTIME_SLOW_READER"\}$/);
    const seen = seqsIn(text);
    expect(seen.length).toBeLessThan(2_100);
    const rest = await events.after(DEFAULT_TENANT, seen.at(-1) ?? "0", 1);
    expect(rest).toHaveLength(1);
  });

  test.each([
    { query: "?after=x", headers: {} },
    { query: "?jobId=x", headers: {} },
    { query: "?type=x", headers: {} },
    { query: "?types=zzz", headers: {} },
    { query: "", headers: { "last-event-id": "x" } },
  ])("refuses $query $headers", async ({ query, headers }) => {
    expect(await bench.call("GET", `/api/v1/events${query}`, { headers })).toMatchObject({
      status: 422,
      body: { code: "REQUEST_INVALID" },
    });
  });
});

describe("/ws/monitoring", () => {
  const open: WebSocket[] = [];
  afterEach(async () => {
    await Promise.all(
      open.splice(0).map(async (socket) => {
        if (socket.readyState === WebSocket.CLOSED) return;
        const closed = once(socket, "close");
        socket.terminate();
        await closed;
      }),
    );
  });

  interface Reader {
    readonly socket: WebSocket;
    /** The next message, read by its schema. */
    next(): Promise<MonitoringMessage>;
    subscribe(payload: Record<string, unknown>): Promise<MonitoringMessage>;
    send(message: unknown): void;
    readonly closed: Promise<number>;
  }

  async function connect(key = bench.adminKey): Promise<Reader> {
    const socket = new WebSocket(`${bench.url.replace("http", "ws")}/ws/monitoring`, {
      headers: { authorization: `Bearer ${key}` },
    });
    open.push(socket);
    const inbox: MonitoringMessage[] = [];
    let wake: (() => void) | undefined;
    socket.on("message", (data: RawData) => {
      inbox.push(monitoringMessage.parse(JSON.parse((data as Buffer).toString("utf8"))));
      wake?.();
    });
    const closed = once(socket, "close").then(([code]) => code as number);
    await once(socket, "open");
    const reader: Reader = {
      socket,
      closed,
      async next() {
        for (;;) {
          const message = inbox.shift();
          if (message) return message;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      },
      send: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
      async subscribe(payload) {
        reader.send({ v: 1, type: "subscribe", id: "s1", ts: "2026-01-01T00:00:00Z", seq: 1, payload });
        return reader.next();
      },
    };
    return reader;
  }

  test("tells what happens from the subscription on, numbered", async () => {
    const reader = await connect();
    const subscribed = await reader.subscribe({});
    await append("live.1");
    await append("live.2");

    const messages = [subscribed, await reader.next(), await reader.next()];

    expect(messages).toMatchObject([
      { type: "subscribed", correlationId: "s1", seq: 1 },
      { type: "event", seq: 2, payload: { type: "live.1" } },
      { type: "event", seq: 3, payload: { type: "live.2" } },
    ]);
  });

  test("goes on behind the event a reader saw last, after a broken connection too", async () => {
    const first = await connect();
    await first.subscribe({ types: ["log"] });
    await append("log");
    const seen = await first.next();
    first.socket.terminate();
    await first.closed;
    await append("log");
    await append("other");
    await append("log");

    const second = await connect();
    const after = seen.type === "event" ? seen.payload.seq : "";
    await second.subscribe({ types: ["log"], after });
    const events = [await second.next(), await second.next()];

    const stored = await createEventRepository(bench.database).after(DEFAULT_TENANT, "0", 9, { types: ["log"] });
    expect(events.map(({ payload }) => payload)).toMatchObject(stored.slice(1).map(({ seq }) => ({ seq })));
  });

  test("replaces the subscription by the next one", async () => {
    const reader = await connect();
    await reader.subscribe({ types: ["job.dead"] });
    await reader.subscribe({ types: ["job.created"], jobId: "5" });
    await append("job.dead");
    await append("job.created", "6");
    await append("job.created", "5");

    expect(await reader.next()).toMatchObject({ type: "event", payload: { type: "job.created", jobId: "5" } });
  });

  test("tells nothing of another tenant", async () => {
    const reader = await connect(bench.foreignKey);
    await reader.subscribe({ after: "0" });
    await append("ours");
    await append("theirs.ws", undefined, bench.foreignTenant);

    const seen: string[] = [];
    while (seen.at(-1) !== "theirs.ws") {
      const message = await reader.next();
      if (message.type === "event") seen.push(message.payload.type);
    }
    expect(seen).not.toContain("ours");
  });

  test.each([
    { message: "hello", code: "REQUEST_MALFORMED" },
    {
      message: { v: 1, type: "dance", id: "x", ts: "2026-01-01T00:00:00Z", seq: 1, payload: {} },
      code: "REQUEST_INVALID",
    },
    {
      message: { v: 1, type: "subscribe", id: "x", ts: "2026-01-01T00:00:00Z", seq: 1, payload: { after: "x" } },
      code: "REQUEST_INVALID",
    },
    {
      message: { v: 1, type: "subscribe", id: "x", ts: "2026-01-01T00:00:00Z", seq: 1, payload: { types: ["zzz"] } },
      code: "REQUEST_INVALID",
    },
  ])("answers $message with $code and stays", async ({ message, code }) => {
    const reader = await connect();
    reader.send(message);

    expect(await reader.next()).toMatchObject({ type: "error", payload: { code, retryable: false } });
    expect(await reader.subscribe({})).toMatchObject({ type: "subscribed" });
  });

  test("closes on another version of the protocol, and on too many mistakes", async () => {
    const other = await connect();
    other.send({ v: 2, type: "subscribe", id: "x" });
    expect(await other.next()).toMatchObject({ type: "error", payload: { code: "PROTOCOL_VERSION" } });
    expect(await other.closed).toBe(4010);

    const careless = await connect();
    for (let count = 0; count < 20; count++) careless.send("nonsense");
    expect(await careless.closed).toBe(4008);
  });

  test("closes a reader that takes nothing with where to go on", async () => {
    const reader = await connect();
    await reader.subscribe({});
    reader.socket.pause();
    const events = createEventRepository(bench.database);
    const data = { text: "x".repeat(12_000) };
    for (let round = 0; round < 7; round++) {
      await events.append(
        DEFAULT_TENANT,
        Array.from({ length: 300 }, () => ({ type: "big", data })),
      );
    }
    reader.socket.resume();

    let last = await reader.next();
    let seen = "";
    while (last.type === "event") {
      seen = last.payload.seq;
      last = await reader.next();
    }
    expect(last).toMatchObject({ type: "closing", payload: { code: "REALTIME_SLOW_READER" } });
    expect(await reader.closed).toBe(1013);
    expect(await events.after(DEFAULT_TENANT, seen, 1)).toHaveLength(1);
  });

  test.each([
    { path: "/ws/monitoring", headers: {}, status: 401 },
    { path: "/ws/monitoring", headers: { "x-api-key": "crpa_admin_x" }, status: 401 },
    { path: "/ws/monitoring?key=KEY", headers: { "x-api-key": "KEY" }, status: 400 },
    { path: "/ws/monitoring", headers: { "x-api-key": "ROBOT" }, status: 403 },
    { path: "/ws/nowhere", headers: { "x-api-key": "KEY" }, status: 404 },
    { path: "/ws/robot", headers: {}, status: 401 },
  ])("answers an upgrade of $path with $headers by $status", async ({ path, headers, status }) => {
    const fill = (text: string): string =>
      text.replace("KEY", () => bench.adminKey).replace("ROBOT", () => bench.robotKey);
    const filled = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value)]));
    const socket = new WebSocket(`${bench.url.replace("http", "ws")}${fill(path)}`, { headers: filled });

    const [, response] = (await once(socket, "unexpected-response")) as [unknown, { statusCode: number }];
    socket.on("error", () => undefined);
    socket.terminate();

    expect(response.statusCode).toBe(status);
  });
});
