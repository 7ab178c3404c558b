import { once } from "node:events";
import { request } from "node:http";
import sql from "sql-template-tag";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { WebSocket } from "ws";
import { DEFAULT_TENANT } from "../../src/core/ids.ts";
import { type Fleet, openFleet, type Replica } from "./harness.ts";

let fleet: Fleet;
let replica: Replica;
beforeEach(async () => {
  fleet = await openFleet();
  replica = await fleet.openReplica();
});
afterEach(() => fleet.close());

const until = <T>(look: () => T | Promise<T>): Promise<T> => vi.waitFor(look, { timeout: 10_000, interval: 20 });

interface Heard {
  readonly type: string;
  readonly correlationId?: string;
  readonly seq: number;
  readonly payload: Record<string, unknown>;
}

const HELLO = {
  name: "hand",
  version: "1",
  hostname: "h",
  platform: "linux",
  environment: "default",
  capabilities: ["http", "files"],
  maxConcurrentJobs: 5,
};

/** A robot that says just what the test wants. */
class HandRobot {
  readonly heard: Heard[] = [];
  readonly socket: WebSocket;
  readonly closed: Promise<readonly [code: number, reason: string]>;
  sessionId = "";
  #seq = 0;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer) => this.heard.push(JSON.parse(data.toString()) as Heard));
    this.closed = once(socket, "close").then(([code, reason]) => [code as number, String(reason)] as const);
  }

  send(type: string, payload: object, more: object = {}): string {
    this.#seq += 1;
    const id = `m${this.#seq}`;
    const envelope = { v: 1, type, id, ts: new Date().toISOString(), seq: this.#seq, payload, ...more };
    this.socket.send(JSON.stringify(envelope));
    return id;
  }

  async ask(type: string, payload: object): Promise<Heard> {
    const id = this.send(type, payload);
    return until(() => {
      const answer = this.heard.find((message) => message.correlationId === id);
      if (answer === undefined) throw new Error(`${type} not answered`);
      return answer;
    });
  }

  async hello(more: object = {}): Promise<Heard> {
    await once(this.socket, "open");
    const answer = await this.ask("robot.hello", { ...HELLO, ...more });
    this.sessionId = String(answer.payload["sessionId"]);
    return answer;
  }

  claim(limit = 1): Promise<Heard> {
    return this.ask("job.claim", { sessionId: this.sessionId, limit });
  }
}

const dial = (port = replica.port): HandRobot => new HandRobot(fleet.dial(port));

async function openRobot(more: object = {}): Promise<HandRobot> {
  const robot = dial();
  await robot.hello(more);
  return robot;
}

async function openHolder(): Promise<{ robot: HandRobot; jobId: string; token: object }> {
  const robot = await openRobot();
  const jobId = await fleet.submit({ type: "HoldNode" });
  await robot.claim();
  return { robot, jobId, token: { sessionId: robot.sessionId, jobId, attempt: 1 } };
}
const event = (seq: number, type = "log") => ({
  seq,
  type,
  at: new Date().toISOString(),
  data: { message: `line ${seq}` },
});

/** The HTTP answer to an upgrade that is refused. */
function upgrade(headers: Record<string, string>): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({
      host: "127.0.0.1",
      port: replica.port,
      path: "/ws/robot",
      headers: {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        ...headers,
      },
    });
    asked.on("response", (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on("end", () => resolve({ status: response.statusCode, body }));
    });
    asked.on("error", reject);
    asked.end();
  });
}

describe("the upgrade", () => {
  test("without a key, or with a wrong one, is answered with 401 and a reason", async () => {
    expect(await upgrade({})).toMatchObject({ status: 401, body: expect.stringContaining("AUTH_REQUIRED") });
    const wrong = await upgrade({ authorization: "Bearer crpa_robot_nonsense" });

    expect(wrong).toMatchObject({ status: 401, body: expect.stringContaining("AUTH_INVALID") });
    expect(wrong.body).not.toContain("nonsense");
  });

  test("with a key that may not connect robots is answered with 403", async () => {
    const replicaOfOthers = await fleet.openReplica({
      authenticate: async () => ({
        tenantId: DEFAULT_TENANT,
        kind: "robot",
        keyId: "k",
        keyName: "k",
        permissions: new Set(),
      }),
    });
    const socket = fleet.dial(replicaOfOthers.port);

    const [, response] = (await once(socket, "unexpected-response")) as [unknown, { statusCode: number }];

    expect(response.statusCode).toBe(403);
  });

  test("while the keys cannot be checked is answered with 503", async () => {
    const broken = await fleet.openReplica({ authenticate: () => Promise.reject(new Error("connect 10.0.0.7:5432")) });
    const socket = fleet.dial(broken.port);

    const [, response] = (await once(socket, "unexpected-response")) as [unknown, { statusCode: number }];

    expect(response.statusCode).toBe(503);
  });
});

describe("hello", () => {
  test("enters the robot and gives it a session", async () => {
    const robot = dial();
    const answer = await robot.hello();

    expect(answer).toMatchObject({
      type: "robot.registered",
      seq: 1,
      payload: { resumed: false, leaseMs: 1_500, heartbeatMs: 300, intent: "active" },
    });
    const record = await fleet.robots.get(DEFAULT_TENANT, String(answer.payload["robotId"]));
    expect(record).toMatchObject({ name: "hand", connected: true, sessionId: robot.sessionId, maxConcurrentJobs: 5 });
    const told = await fleet.events.after(DEFAULT_TENANT, "0", 10, { types: ["robot.connected"] });
    expect(told).toMatchObject([{ data: { name: "hand", resumed: false } }]);
  });

  test("goes on with the session of before while that is live", async () => {
    const first = await openRobot();
    first.socket.terminate();
    const second = dial();

    expect(await second.hello({ sessionId: first.sessionId })).toMatchObject({ payload: { resumed: true } });
    expect(second.sessionId).toBe(first.sessionId);
  });

  test("does not hand a robot the session of another one", async () => {
    const other = await openRobot({ name: "other" });
    const robot = dial();

    expect(await robot.hello({ sessionId: other.sessionId })).toMatchObject({ payload: { resumed: false } });
    expect(robot.sessionId).not.toBe(other.sessionId);
  });

  test("is refused while a live robot with another key has the name, and welcome with the same key after a rotation", async () => {
    const holder = await openRobot();
    const { text: otherKey } = await fleet.keys.create(DEFAULT_TENANT, { name: "other" });
    const withKey = (text: string) => new HandRobot(fleet.dial(replica.port, { authorization: `Bearer ${text}` }));

    const intruder = withKey(otherKey);
    expect(await intruder.hello()).toMatchObject({ payload: { code: "ROBOT_STORE_NAME_TAKEN" } });
    expect(await intruder.closed).toEqual([4011, "the name is taken"]);
    expect(holder.socket.readyState).toBe(holder.socket.OPEN);

    const key = (await fleet.keys.list(DEFAULT_TENANT, { limit: 10 })).data.find(({ name }) => name === "test");
    const { text: rotated } = await fleet.keys.rotate(DEFAULT_TENANT, key?.id ?? "", { graceMs: 60_000 });
    expect(await withKey(rotated).hello()).toMatchObject({ type: "robot.registered" });
  });

  test("does not resume a session that has expired", async () => {
    const first = await openRobot();
    first.socket.terminate();
    await fleet.queue.closeSession(DEFAULT_TENANT, first.sessionId);

    expect(await dial().hello({ sessionId: first.sessionId })).toMatchObject({ payload: { resumed: false } });
  });

  test("has to come first, once, and in time", async () => {
    const impatient = await fleet.openReplica({ settings: { helloTimeoutMs: 50 } });
    expect(await dial(impatient.port).closed).toEqual([4008, "hello is missing"]);

    const rude = dial();
    await once(rude.socket, "open");
    expect(await rude.ask("job.claim", { sessionId: "1", limit: 1 })).toMatchObject({
      type: "error",
      payload: { code: "FLEET_HELLO_EXPECTED", retryable: false },
    });
    await rude.closed;

    const twice = await openRobot();
    expect(await twice.ask("robot.hello", HELLO)).toMatchObject({ payload: { code: "FLEET_HELLO_REPEATED" } });
  });
});

describe("messages", () => {
  test("that cannot be read are answered with an error, and too many end the connection", async () => {
    const robot = await openRobot();
    robot.socket.send("not json");
    robot.socket.send(Buffer.from([1, 2, 3]));
    robot.socket.send(`{"v":1,"type":"job.claim","id":"x","payload":${"[".repeat(10_000)}${"]".repeat(10_000)}}`);
    robot.send("robot.dance", {});
    robot.send("job.claim", { sessionId: robot.sessionId, limit: "all" });

    expect(await robot.closed).toEqual([4008, "too many unreadable messages"]);
    const errors = robot.heard.filter((message) => message.type === "error");
    expect(errors).toHaveLength(5);
    expect(errors.every((message) => message.payload["code"] === "FLEET_MALFORMED")).toBe(true);
    expect(errors.at(-1)).toMatchObject({
      correlationId: "m3",
      payload: { message: expect.stringContaining("limit") },
    });
  });

  test("of another protocol version end the connection with a code of their own", async () => {
    const robot = await openRobot();
    robot.send("job.claim", {}, { v: 2 });

    expect((await robot.closed)[0]).toBe(4010);
    expect(robot.heard.at(-1)).toMatchObject({ type: "error", payload: { code: "FLEET_PROTOCOL_VERSION" } });
  });

  test("larger than 64 MiB are not even read", async () => {
    const robot = await openRobot();
    robot.socket.send("x".repeat(64 * 1024 * 1024 + 1));

    expect((await robot.closed)[0]).toBe(1009);
  });

  test("in the name of another session are refused", async () => {
    const robot = await openRobot();

    for (const [type, payload] of [
      ["job.claim", { sessionId: "999", limit: 1 }],
      ["robot.heartbeat", { sessionId: "999", jobs: [] }],
      ["robot.goodbye", { sessionId: "999" }],
    ] as const) {
      expect(await robot.ask(type, payload)).toMatchObject({ payload: { code: "FLEET_SESSION_MISMATCH" } });
    }
  });

  test("that come too fast are read more slowly, and none is lost", async () => {
    const calm = await fleet.openReplica({ settings: { messagesPerSecond: 50, messageBurst: 5 } });
    const robot = dial(calm.port);
    await robot.hello();
    const startedMs = performance.now();

    const beat = (): Promise<Heard> => robot.ask("robot.heartbeat", { sessionId: robot.sessionId, jobs: [] });
    const answers = await Promise.all(Array.from({ length: 30 }, beat));
    // 25 messages over the budget of 5 have to be worked off, at 50 a second, before the next one is read.
    answers.push(await beat());

    expect(answers.every((answer) => answer.payload["live"] === true)).toBe(true);
    expect(performance.now() - startedMs).toBeGreaterThan(400);
  });

  test("tell nothing of what went wrong inside", async () => {
    const robot = await openRobot();
    await fleet.database.database.query(sql`alter table robot rename to robot_gone`);

    const answer = await robot.ask("robot.heartbeat", { sessionId: robot.sessionId, jobs: [] });

    expect(answer).toMatchObject({ type: "error", payload: { retryable: true } });
    expect(JSON.stringify(answer)).not.toMatch(/does not exist|robot_gone|relation "/);
    await fleet.database.database.query(sql`alter table robot_gone rename to robot`);
  });
});

describe("events and outcomes", () => {
  test("a claim brings the workflow as it was stored, and the job's story begins", async () => {
    const robot = await openRobot();
    const jobId = await fleet.submit({ type: "HoldNode" }, { deadline: new Date(Date.now() + 60_000) });

    const { payload } = await robot.claim(5);

    expect(payload["jobs"]).toMatchObject([
      { jobId, attempt: 1, workflowVersion: 1, workflowName: "HoldNode", workflow: { nodes: {} }, variables: {} },
    ]);
    const [job] = payload["jobs"] as { timeLeftMs: number }[];
    expect(job?.timeLeftMs).toBeGreaterThan(50_000);
    expect(await fleet.eventsOf(jobId)).toMatchObject([{ type: "job.claimed", attempt: 1, data: { robot: "hand" } }]);
  });

  test("what is sent twice is stored once", async () => {
    const { robot, jobId, token } = await openHolder();

    expect(await robot.ask("job.events", { ...token, events: [event(1), event(2)] })).toMatchObject({
      payload: { outcome: "recorded" },
    });
    await robot.ask("job.events", { ...token, events: [event(1), event(2), event(3)] });
    expect(await robot.ask("job.complete", { ...token, result: { ok: true } })).toMatchObject({
      payload: { outcome: "recorded" },
    });
    expect(await robot.ask("job.complete", { ...token, result: { ok: true } })).toMatchObject({
      payload: { outcome: "duplicate" },
    });

    expect((await fleet.eventsOf(jobId)).map((stored) => [stored.type, stored.data["message"]])).toEqual([
      ["job.claimed", undefined],
      ["log", "line 1"],
      ["log", "line 2"],
      ["log", "line 3"],
      ["job.completed", undefined],
    ]);
  });

  test("a failure is told as what the queue made of it", async () => {
    const { robot, jobId, token } = await openHolder();
    const error = { code: "X", message: "busy", errorClass: "transient" };

    expect(await robot.ask("job.fail", { ...token, error })).toMatchObject({ payload: { outcome: "recorded" } });
    expect(await robot.ask("job.fail", { ...token, error })).toMatchObject({ payload: { outcome: "duplicate" } });

    const told = (await fleet.eventsOf(jobId)).slice(1);
    expect(told).toMatchObject([
      { type: "job.retrying", data: { runAt: expect.any(String), error: { code: "X", errorClass: "transient" } } },
    ]);
  });

  test("a released job is somebody else's", async () => {
    const { robot, jobId, token } = await openHolder();

    await robot.ask("job.release", { ...token, started: false, reason: "full" });

    expect((await fleet.job(jobId)).state).toBe("pending");
    expect(await robot.ask("job.events", { ...token, events: [event(1)] })).toMatchObject({
      payload: { outcome: "lost" },
    });
    expect(await robot.ask("job.complete", { ...token, result: null })).toMatchObject({ payload: { outcome: "lost" } });
  });

  test("a robot cannot tell the story that is the orchestrator's to tell", async () => {
    const { robot, jobId, token } = await openHolder();

    expect(await robot.ask("job.events", { ...token, events: [event(1, "job.completed")] })).toMatchObject({
      payload: { code: "FLEET_EVENT_REFUSED", retryable: false },
    });
    expect(await fleet.eventsOf(jobId)).toHaveLength(1);
  });

  test("a robot cannot settle the job of another one by naming its session", async () => {
    const { token, jobId } = await openHolder();
    const thief = await openRobot({ name: "thief" });

    expect(await thief.ask("job.complete", { ...token, result: null })).toMatchObject({ payload: { outcome: "lost" } });
    expect((await fleet.job(jobId)).state).toBe("running");
  });
});

describe("waking and leaving", () => {
  test("a robot that asked in vain is told of new work, and one that did not ask is left alone", async () => {
    const hungry = await openRobot({ name: "hungry" });
    const busy = await openRobot({ name: "busy" });
    expect((await hungry.claim(1)).payload["jobs"]).toHaveLength(0);

    await fleet.submit({ type: "HoldNode" });

    await until(() => expect(hungry.heard.map((message) => message.type)).toContain("job.available"));
    expect(busy.heard.map((message) => message.type)).toEqual(["robot.registered"]);
  });

  test("a robot that is paused gets nothing, even before it has heard of it", async () => {
    const robot = await openRobot();
    const { data } = await fleet.robots.list(DEFAULT_TENANT, { limit: 1 });
    await replica.control.changeIntent({ tenantId: DEFAULT_TENANT, robotId: data[0]?.id ?? "", intent: "paused" });
    await fleet.submit({ type: "HoldNode" });

    expect((await robot.claim()).payload["jobs"]).toEqual([]);
    expect(robot.heard.find((message) => message.type === "robot.control")).toMatchObject({
      payload: { intent: "paused" },
    });
  });

  test("goodbye gives back what the session holds and marks the robot as gone", async () => {
    const robot = await openRobot();
    const jobId = await fleet.submit({ type: "HoldNode" });
    await robot.claim();

    expect(await robot.ask("robot.goodbye", { sessionId: robot.sessionId })).toMatchObject({
      payload: { outcome: "recorded" },
    });

    expect((await robot.closed)[0]).toBe(1000);
    expect((await fleet.job(jobId)).state).toBe("pending");
    await until(async () => {
      const { data } = await fleet.robots.list(DEFAULT_TENANT, { limit: 1 });
      expect(data[0]?.connected).toBe(false);
    });
  });

  test("an expired session is told so by the heartbeat", async () => {
    const robot = await openRobot();
    const jobId = await fleet.submit({ type: "HoldNode" });
    await robot.claim();
    await fleet.queue.closeSession(DEFAULT_TENANT, robot.sessionId);

    const jobs = [{ jobId, attempt: 1 }];
    expect(await robot.ask("robot.heartbeat", { sessionId: robot.sessionId, jobs })).toMatchObject({
      payload: { live: false, lost: [jobId] },
    });
  });

  test("a key that is revoked ends the connection", async () => {
    const strict = await fleet.openReplica({ settings: { recheckKeyMs: 0 } });
    const robot = dial(strict.port);
    await robot.hello();
    const { data } = await fleet.keys.list(DEFAULT_TENANT, { limit: 1 });
    await fleet.keys.revoke(DEFAULT_TENANT, data[0]?.id ?? "");

    await until(async () => {
      robot.send("robot.heartbeat", { sessionId: robot.sessionId, jobs: [] });
      expect(robot.socket.readyState).not.toBe(robot.socket.OPEN);
    });

    expect((await robot.closed)[0]).toBe(4001);
  });

  test("the same robot on a new connection silences the old one, session and all", async () => {
    const old = await openRobot();
    const fresh = dial();
    await fresh.hello({ sessionId: old.sessionId });

    expect((await old.closed)[0]).toBe(1012);
    const { data } = await fleet.robots.list(DEFAULT_TENANT, { limit: 1 });
    expect(data[0]).toMatchObject({ connected: true, sessionId: fresh.sessionId });
  });

  test("another process of the same name replaces the older one, and the older is told", async () => {
    const older = await openRobot();
    await openRobot();

    expect((await older.closed)[0]).toBe(4009);
    expect(older.heard.at(-1)).toMatchObject({ type: "error", payload: { code: "FLEET_REPLACED" } });
  });

  test("a job whose robot vanishes while it is handed over is given back at once", async () => {
    const robot = await openRobot();
    const jobId = await fleet.submit({ type: "HoldNode" });
    robot.send("job.claim", { sessionId: robot.sessionId, limit: 1 });
    robot.socket.terminate();

    await until(async () => {
      const { data } = await fleet.robots.list(DEFAULT_TENANT, { limit: 1 });
      expect(data[0]?.connected).toBe(false);
      expect((await fleet.job(jobId)).state).toBe("pending");
    });
  });

  test("a job that a robot holds without knowing of it is found in time", async () => {
    const robot = await openRobot();
    const jobId = await fleet.submit({ type: "HoldNode" });
    await robot.claim();

    await until(async () => {
      await robot.ask("robot.heartbeat", { sessionId: robot.sessionId, jobs: [] });
      expect((await fleet.job(jobId)).state).toBe("pending");
    });

    expect((await fleet.eventsOf(jobId)).at(-1)?.type).toBe("job.claimed");
  });
});
