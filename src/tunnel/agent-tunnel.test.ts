import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { openTcpProxy, type TcpProxy } from "../../test/support/tcp-proxy.ts";
import type { OrchestratorMessage, RobotMessage } from "../contracts/index.ts";
import { systemClock } from "../core/clock.ts";
import { AgentTunnel } from "./agent-tunnel.ts";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface FakeOrchestrator {
  readonly port: number;
  readonly received: RobotMessage[];
  readonly headers: Record<string, string | string[] | undefined>[];
  readonly sockets: WebSocket[];
}

/** Answers hello with session `s1` and lets the test answer the rest. */
async function openOrchestrator(
  options: {
    readonly status?: number;
    readonly leaseMs?: number;
    readonly answer?: (message: RobotMessage, reply: (answer: object) => void, socket: WebSocket) => void;
  } = {},
): Promise<FakeOrchestrator> {
  const received: RobotMessage[] = [];
  const headers: FakeOrchestrator["headers"] = [];
  const sockets: WebSocket[] = [];
  const server: Server = createServer();
  const upgrades = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on("upgrade", (request, socket, head) => {
    headers.push(request.headers);
    if (options.status !== undefined) {
      socket.end(`HTTP/1.1 ${options.status} No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    upgrades.handleUpgrade(request, socket, head, (webSocket) => {
      sockets.push(webSocket);
      webSocket.on("message", (data: Buffer) => {
        const message = JSON.parse(data.toString()) as RobotMessage;
        received.push(message);
        const reply = (answer: object): void =>
          webSocket.send(
            JSON.stringify({
              v: 1,
              id: "a",
              ts: new Date().toISOString(),
              seq: 1,
              correlationId: message.id,
              ...answer,
            }),
          );
        if (message.type === "robot.hello") {
          reply({
            type: "robot.registered",
            payload: {
              robotId: "r1",
              sessionId: "s1",
              resumed: message.payload.sessionId === "s1",
              leaseMs: options.leaseMs ?? 30_000,
              heartbeatMs: 10_000,
              intent: "active",
            },
          });
        } else options.answer?.(message, reply, webSocket);
      });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => {
    for (const socket of sockets) socket.terminate();
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return { port: (server.address() as AddressInfo).port, received, headers, sockets };
}

function openTunnel(port: number, name = "robot-1") {
  const heard: OrchestratorMessage[] = [];
  const registrations: string[] = [];
  const lines: string[] = [];
  let disconnects = 0;
  const note = (facts: object, text: string): void => {
    lines.push(`${text} ${JSON.stringify(facts)}`);
  };
  const tunnel = new AgentTunnel(
    {
      orchestratorUrl: `http://127.0.0.1:${port}`,
      key: "a-very-secret-key",
      registration: {
        name,
        version: "1.0.0",
        hostname: "host",
        platform: "linux",
        environment: "default",
        capabilities: ["http"],
        maxConcurrentJobs: 1,
      },
    },
    {
      onRegistered: (registered) => registrations.push(registered.resumed ? "resumed" : "new"),
      onDisconnected: () => {
        disconnects += 1;
      },
      onMessage: (message) => heard.push(message),
    },
    { log: { debug: note, info: note, warn: note }, clock: systemClock, random: () => 0 },
  );
  closers.push(() => tunnel.close());
  tunnel.start();
  return { tunnel, heard, registrations, lines, disconnects: () => disconnects };
}

const job = (id: number): object => ({
  jobId: String(id),
  attempt: 1,
  workflowId: "w",
  workflowVersion: 1,
  workflowName: "Invoice check",
  workflow: { nodes: {} },
  variables: {},
});

const claim = { sessionId: "s1", limit: 1 } as const;

async function openProxy(port: number): Promise<TcpProxy> {
  const proxy = await openTcpProxy(port);
  closers.push(() => proxy.close());
  return proxy;
}

describe("AgentTunnel", () => {
  test("introduces itself, shows its key in the header only and numbers its messages", async () => {
    const orchestrator = await openOrchestrator({
      answer: (_message, reply) => reply({ type: "job.claimed", payload: { jobs: [] } }),
    });
    const { tunnel, registrations, lines } = openTunnel(orchestrator.port);
    await vi.waitFor(() => expect(registrations).toEqual(["new"]));

    const answer = await tunnel.request("job.claim", claim);

    expect(answer).toEqual({ jobs: [] });
    expect(tunnel.state).toEqual({ kind: "registered", failures: 0 });
    expect(orchestrator.headers[0]).toMatchObject({ authorization: "Bearer a-very-secret-key" });
    expect(orchestrator.headers[0]).not.toHaveProperty("sec-websocket-extensions");
    expect(orchestrator.received.map((message) => [message.type, message.seq])).toEqual([
      ["robot.hello", 1],
      ["job.claim", 2],
    ]);
    expect(JSON.stringify([orchestrator.received, lines])).not.toContain("a-very-secret-key");
  });

  test("matches answers by correlation id, whatever their order", async () => {
    const held: (() => void)[] = [];
    const orchestrator = await openOrchestrator({
      answer: (message, reply) => {
        if (message.type !== "job.claim") return;
        const { limit } = message.payload;
        held.unshift(() => reply({ type: "job.claimed", payload: { jobs: [job(limit)] } }));
        if (held.length === 2) for (const send of held) send();
      },
    });
    const { tunnel, registrations } = openTunnel(orchestrator.port);
    await vi.waitFor(() => expect(registrations).toEqual(["new"]));

    const answers = await Promise.all([1, 2].map((limit) => tunnel.request("job.claim", { sessionId: "s1", limit })));

    expect(answers.map((answer) => answer.jobs[0]?.jobId)).toEqual(["1", "2"]);
  });

  test("gives up on an answer after its deadline and hands a late one to the owner", async () => {
    const late: (() => void)[] = [];
    const orchestrator = await openOrchestrator({
      answer: (_message, reply) => late.push(() => reply({ type: "job.claimed", payload: { jobs: [] } })),
    });
    const { tunnel, registrations, heard } = openTunnel(orchestrator.port);
    await vi.waitFor(() => expect(registrations).toEqual(["new"]));

    await expect(tunnel.request("job.claim", claim, 20)).rejects.toMatchObject({
      code: "TUNNEL_NO_ANSWER",
      retryable: true,
    });
    late[0]?.();

    await vi.waitFor(() => expect(heard.map((message) => message.type)).toEqual(["job.claimed"]));
  });

  test.each([
    { retryable: true, code: "TUNNEL_TRY_LATER" },
    { retryable: false, code: "TUNNEL_REFUSED" },
  ])("turns an error answer (retryable: $retryable) into $code", async ({ retryable, code }) => {
    const orchestrator = await openOrchestrator({
      answer: (_message, reply) => reply({ type: "error", payload: { code: "X", message: "why", retryable } }),
    });
    const { tunnel, registrations } = openTunnel(orchestrator.port);
    await vi.waitFor(() => expect(registrations).toEqual(["new"]));

    await expect(tunnel.request("job.claim", claim)).rejects.toMatchObject({ code, details: { code: "X" } });
  });

  test("rejects what is asked without a connection", async () => {
    const { tunnel } = openTunnel(1);

    await expect(tunnel.request("job.claim", claim)).rejects.toMatchObject({ code: "TUNNEL_NOT_CONNECTED" });
  });

  test("comes back after a cut, resumes its session and rejects what was open", async () => {
    const orchestrator = await openOrchestrator();
    const proxy = await openProxy(orchestrator.port);
    const { tunnel, registrations, disconnects } = openTunnel(proxy.port);
    await vi.waitFor(() => expect(registrations).toEqual(["new"]));
    const open = tunnel.request("job.claim", claim);
    await vi.waitFor(() => expect(orchestrator.received).toHaveLength(2));

    proxy.cut();

    await expect(open).rejects.toMatchObject({ code: "TUNNEL_NOT_CONNECTED", retryable: true });
    await vi.waitFor(() => expect(registrations).toEqual(["new", "resumed"]));
    expect(disconnects()).toBe(1);
  });

  test("notices within the lease that a connection is half open", async () => {
    const orchestrator = await openOrchestrator({ leaseMs: 1_000 });
    const proxy = await openProxy(orchestrator.port);
    const { registrations, disconnects } = openTunnel(proxy.port);
    await vi.waitFor(() => expect(registrations).toEqual(["new"]));
    const frozenAtMs = performance.now();

    proxy.freeze();
    await vi.waitFor(() => expect(disconnects()).toBe(1), { timeout: 2_000 });

    expect(performance.now() - frozenAtMs).toBeLessThan(1_000);
  });

  test("asks for a new session once it was told that the old one is over", async () => {
    const orchestrator = await openOrchestrator();
    const { tunnel, registrations } = openTunnel(orchestrator.port);
    await vi.waitFor(() => expect(registrations).toEqual(["new"]));

    tunnel.renewSession();

    await vi.waitFor(() => expect(registrations).toEqual(["new", "new"]));
  });

  test.each([
    { status: 401, code: "TUNNEL_UNAUTHORIZED" },
    { status: 403, code: "TUNNEL_FORBIDDEN" },
    { status: 426, code: "TUNNEL_PROTOCOL_VERSION" },
  ])("ends with $code on status $status instead of hammering", async ({ status, code }) => {
    const orchestrator = await openOrchestrator({ status });
    const { tunnel } = openTunnel(orchestrator.port);

    expect(await tunnel.ended).toMatchObject({ code });
    expect(tunnel.state).toMatchObject({ kind: "closed" });
    expect(orchestrator.headers).toHaveLength(1);
  });

  test("goes on trying when a gateway in between is down", async () => {
    const orchestrator = await openOrchestrator({ status: 503 });
    const { tunnel } = openTunnel(orchestrator.port);

    await vi.waitFor(() => expect(orchestrator.headers.length).toBeGreaterThan(1));
    expect(tunnel.state.kind).not.toBe("closed");
  });

  test.each([
    { close: 4001, code: "TUNNEL_UNAUTHORIZED" },
    { close: 4003, code: "TUNNEL_FORBIDDEN" },
    { close: 4009, code: "TUNNEL_REPLACED" },
    { close: 4010, code: "TUNNEL_PROTOCOL_VERSION" },
    { close: 4011, code: "TUNNEL_NAME_TAKEN" },
  ])("ends with $code when it is closed with $close", async ({ close, code }) => {
    const orchestrator = await openOrchestrator();
    const { tunnel, registrations } = openTunnel(orchestrator.port);
    await vi.waitFor(() => expect(registrations).toEqual(["new"]));

    orchestrator.sockets[0]?.close(close, "told to");

    expect(await tunnel.ended).toMatchObject({ code });
  });

  test("ends when the orchestrator speaks another version", async () => {
    const orchestrator = await openOrchestrator();
    const { tunnel, registrations } = openTunnel(orchestrator.port);
    await vi.waitFor(() => expect(registrations).toEqual(["new"]));

    orchestrator.sockets[0]?.send(JSON.stringify({ v: 2, type: "job.available", id: "x", payload: {} }));

    expect(await tunnel.ended).toMatchObject({ code: "TUNNEL_PROTOCOL_VERSION" });
  });

  test("ignores messages it does not know, with a line in the log", async () => {
    const orchestrator = await openOrchestrator();
    const { registrations, heard, lines } = openTunnel(orchestrator.port);
    await vi.waitFor(() => expect(registrations).toEqual(["new"]));
    const envelope = { v: 1, id: "x", ts: new Date().toISOString(), seq: 2 };

    orchestrator.sockets[0]?.send("not json");
    orchestrator.sockets[0]?.send(JSON.stringify({ ...envelope, type: "robot.dance", payload: {} }));
    orchestrator.sockets[0]?.send(JSON.stringify({ ...envelope, type: "job.available", payload: {} }));

    await vi.waitFor(() => expect(heard.map((message) => message.type)).toEqual(["job.available"]));
    expect(lines.filter((line) => line.startsWith("message of the orchestrator ignored"))).toHaveLength(2);
  });

  test("drops a connection on which a request is answered with nonsense", async () => {
    const orchestrator = await openOrchestrator({
      answer: (_message, reply) => reply({ type: "ack", payload: { outcome: "recorded" } }),
    });
    const { tunnel, registrations } = openTunnel(orchestrator.port);
    await vi.waitFor(() => expect(registrations).toEqual(["new"]));

    await expect(tunnel.request("job.claim", claim)).rejects.toMatchObject({ code: "TUNNEL_NOT_CONNECTED" });
    await vi.waitFor(() => expect(registrations).toEqual(["new", "resumed"]));
  });

  test("closes for good, also twice", async () => {
    const orchestrator = await openOrchestrator();
    const { tunnel, registrations } = openTunnel(orchestrator.port);
    await vi.waitFor(() => expect(registrations).toEqual(["new"]));

    await Promise.all([tunnel.close(), tunnel.close()]);

    expect(await tunnel.ended).toBeUndefined();
    expect(tunnel.state).toEqual({ kind: "closed" });
    expect(orchestrator.headers).toHaveLength(1);
  });
});
