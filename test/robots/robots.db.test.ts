import { appendFile, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DEFAULT_TENANT } from "../../src/core/ids.ts";
import { openTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";
import { type Fleet, LEASE_MS, openFleet, type Replica } from "./harness.ts";

let fleet: Fleet;
let replica: Replica;
let proxies: TcpProxy[];
beforeEach(async () => {
  fleet = await openFleet();
  replica = await fleet.openReplica();
  proxies = [];
});
afterEach(async () => {
  await fleet.close();
  for (const proxy of proxies) await proxy.close();
});

async function openProxy(port = replica.port): Promise<TcpProxy> {
  const proxy = await openTcpProxy(port);
  proxies.push(proxy);
  return proxy;
}

/** So that nothing is learned from heartbeats while a test lasts. */
const SLOW_HEARTBEAT = { leaseMs: 60_000, heartbeatMs: 20_000 };
const PATIENCE = { timeout: 10_000, interval: 20 };
const until = <T>(look: () => T | Promise<T>): Promise<T> => vi.waitFor(look, PATIENCE);
const state = async (jobId: string): Promise<string> => (await fleet.job(jobId)).state;
const types = async (jobId: string): Promise<string[]> => (await fleet.eventsOf(jobId)).map((event) => event.type);

/** Log lines of the job, in the order in which they are stored. */
async function logLines(jobId: string): Promise<unknown[]> {
  const events = await fleet.eventsOf(jobId);
  return events.filter((event) => event.type === "log").map((event) => event.data["message"]);
}

const chatter = (count: number): string[] =>
  ["before", "after"].flatMap((when) => Array.from({ length: count }, (_, line) => `${when} ${line}`));

async function openStranger(name: string): Promise<{ robotId: string }> {
  const record = await fleet.robots.register(DEFAULT_TENANT, {
    name,
    version: "1",
    hostname: "h",
    platform: "linux",
    environment: "default",
    capabilities: [],
    maxConcurrentJobs: 1,
  });
  return { robotId: record.id };
}

/** A job in the hands of robot-1, whose process is gone. */
async function claimAsRobot1() {
  const { robotId } = await openStranger("robot-1");
  const { sessionId } = await fleet.queue.openSession({ tenantId: DEFAULT_TENANT, robotId, leaseMs: 60_000 });
  const jobId = await fleet.submit({ type: "HoldNode" });
  const claimed = await fleet.queue.claim({
    tenantId: DEFAULT_TENANT,
    sessionId,
    environment: "default",
    capabilities: ["http", "files"],
    limit: 1,
  });
  expect(claimed.map((job) => job.jobId)).toEqual([jobId]);
  return { jobId, attempt: 1, sessionId };
}

/** What a killed process leaves in its outbox, a torn last line included. */
async function leaveOutbox(id: { jobId: string; attempt: number; sessionId: string }, outcome: object | undefined) {
  const folder = join(fleet.home, "robots", "robot-1", "outbox");
  await mkdir(folder, { recursive: true });
  const event = {
    seq: 1,
    at: new Date().toISOString(),
    type: "log",
    data: { level: "info", message: "from before" },
  };
  const lines = [
    { kind: "attempt", id, nextSeq: 1 },
    { kind: "event", event },
    ...(outcome === undefined ? [] : [{ kind: "outcome", outcome }]),
  ];
  const text = `${lines.map((line) => JSON.stringify(line)).join("\n")}\n{"kind":"eve`;
  await appendFile(join(folder, `${id.jobId.padStart(19, "0")}-${id.attempt}.jsonl`), text);
  expect(await readdir(folder)).toHaveLength(1);
}

describe("a robot on a gateway", () => {
  test("runs a job from claim to completion and tells its story in order", async () => {
    await fleet.openRobot(replica.port);
    fleet.open("gate");
    const jobId = await fleet.submit({ type: "ChatterNode", config: { lines: 3 } });

    await until(async () => expect(await state(jobId)).toBe("completed"));

    const job = await fleet.job(jobId);
    expect(job).toMatchObject({ attempt: 1, result: { report: { status: "completed", reached: ["start", "step"] } } });
    await until(async () => expect((await types(jobId)).at(-1)).toBe("job.completed"));
    const told = await types(jobId);
    expect(told.slice(0, 2)).toEqual(["job.claimed", "run.started"]);
    expect(told.slice(-2)).toEqual(["run.finished", "job.completed"]);
    expect(await logLines(jobId)).toEqual(chatter(3));
  });

  test("uploads what a job wrote before the job completes", async () => {
    await fleet.openRobot(replica.port);
    const jobId = await fleet.submit({ type: "FileNode" });

    await until(async () => expect(await state(jobId)).toBe("completed"));

    expect(replica.uploads).toEqual(["report.csv"]);
    expect(await types(jobId)).toContain("artifact");
  });

  test("a failed job is told with code and node, and is not run again when that is pointless", async () => {
    await fleet.openRobot(replica.port);
    const jobId = await fleet.submit({ type: "FailNode" });

    await until(async () => expect(await state(jobId)).toBe("failed"));

    expect((await fleet.job(jobId)).error).toMatchObject({ errorClass: "permanent", details: { node: "step" } });
    await until(async () => expect((await types(jobId)).at(-1)).toBe("job.failed"));
  });

  test("a job whose workflow does not exist fails for good instead of going round", async () => {
    await fleet.openRobot(replica.port);
    const [accepted] = await fleet.queue.enqueue(DEFAULT_TENANT, [
      { kind: "x", payload: { workflowId: "0198c0de-0000-7000-8000-000000000000", workflowVersion: 3 } },
    ]);
    const [odd] = await fleet.queue.enqueue(DEFAULT_TENANT, [{ kind: "x", payload: "what?" }]);

    await until(async () => expect(await state(accepted?.jobId ?? "")).toBe("failed"));
    await until(async () => expect(await state(odd?.jobId ?? "")).toBe("failed"));

    expect((await fleet.job(accepted?.jobId ?? "")).error).toMatchObject({ code: "FLEET_WORKFLOW_MISSING" });
    expect((await fleet.job(odd?.jobId ?? "")).error).toMatchObject({ code: "FLEET_JOB_UNREADABLE" });
  });

  test("never runs more jobs than it has slots", async () => {
    const robot = await fleet.openRobot(replica.port, { maxJobs: 2 });
    const jobs = [];
    for (let number = 0; number < 5; number++)
      jobs.push(await fleet.submit({ type: "HoldNode", config: { gate: "g" } }));
    await until(() => expect(fleet.begun("g")).toBe(2));

    // Two heartbeats and a poll later there are still two.
    await until(() => expect(fleet.lines.filter((line) => line.includes("job started"))).toHaveLength(2));
    expect(robot.state.runningJobs).toHaveLength(2);
    expect((await fleet.queue.stats(DEFAULT_TENANT)).running).toBe(2);
    fleet.open("g");

    for (const jobId of jobs) await until(async () => expect(await state(jobId)).toBe("completed"));
    expect(fleet.begun("g")).toBe(5);
  });

  test("a running job is cancelled in well under a second, and told as cancelled", async () => {
    const slow = await fleet.openReplica({ settings: SLOW_HEARTBEAT });
    await fleet.openRobot(slow.port);
    const jobId = await fleet.submit({ type: "HoldNode" });
    await until(() => expect(fleet.begun("gate")).toBe(1));
    const askedMs = performance.now();

    const outcome = await fleet.queue.requestCancel(DEFAULT_TENANT, jobId, "wrong month");
    if (outcome.kind !== "requested") throw new Error(outcome.kind);
    const { sessionId } = outcome;
    await slow.control.cancelJob({ tenantId: DEFAULT_TENANT, sessionId, jobId, reason: "wrong month" });
    await until(async () => expect(await state(jobId)).toBe("cancelled"));

    expect(performance.now() - askedMs).toBeLessThan(1_000);
    await until(async () => expect((await types(jobId)).at(-1)).toBe("job.cancelled"));
  });

  test("a cancellation that no order carries is learned from the next heartbeat", async () => {
    await fleet.openRobot(replica.port);
    const jobId = await fleet.submit({ type: "HoldNode" });
    await until(() => expect(fleet.begun("gate")).toBe(1));

    await fleet.queue.requestCancel(DEFAULT_TENANT, jobId);

    await until(async () => expect(await state(jobId)).toBe("cancelled"));
  });

  test("an order through another replica reaches the robot", async () => {
    const slow = await fleet.openReplica({ settings: SLOW_HEARTBEAT });
    await fleet.openRobot(slow.port);
    const jobId = await fleet.submit({ type: "HoldNode" });
    await until(() => expect(fleet.begun("gate")).toBe(1));
    const askedMs = performance.now();

    const outcome = await fleet.queue.requestCancel(DEFAULT_TENANT, jobId);
    if (outcome.kind !== "requested") throw new Error(outcome.kind);
    await replica.control.cancelJob({ tenantId: DEFAULT_TENANT, sessionId: outcome.sessionId, jobId });
    await until(async () => expect(await state(jobId)).toBe("cancelled"));

    expect(performance.now() - askedMs).toBeLessThan(1_000);
  });

  test("a deadline ends a run as timed out", async () => {
    await fleet.openRobot(replica.port);
    const jobId = await fleet.submit({ type: "HoldNode" }, { deadline: new Date(Date.now() + 1_500) });

    await until(async () => expect(await state(jobId)).toBe("timed_out"));

    await until(async () => expect((await types(jobId)).at(-1)).toBe("job.timed-out"));
  });
});

describe("what people want of a robot", () => {
  test("paused it claims nothing, resumed it goes on", async () => {
    const robot = await fleet.openRobot(replica.port);
    await robot.registered;
    const { data } = await fleet.robots.list(DEFAULT_TENANT, { limit: 1 });
    const robotId = data[0]?.id ?? "";
    await fleet.robots.setIntent(DEFAULT_TENANT, robotId, "paused");
    await replica.control.changeIntent({ tenantId: DEFAULT_TENANT, robotId, intent: "paused" });
    await until(() => expect(robot.state.intent).toBe("paused"));

    fleet.open("gate");
    const jobId = await fleet.submit({ type: "HoldNode" });
    await until(() => expect(fleet.lines.filter((line) => line.includes("attempt settled"))).toHaveLength(0));
    expect(await state(jobId)).toBe("pending");
    await fleet.robots.setIntent(DEFAULT_TENANT, robotId, "active");
    await replica.control.changeIntent({ tenantId: DEFAULT_TENANT, robotId, intent: "active" });

    await until(async () => expect(await state(jobId)).toBe("completed"));
  });

  test("an intent that no order carries is learned from the next heartbeat", async () => {
    const robot = await fleet.openRobot(replica.port);
    await robot.registered;
    const { data } = await fleet.robots.list(DEFAULT_TENANT, { limit: 1 });

    await fleet.robots.setIntent(DEFAULT_TENANT, data[0]?.id ?? "", "maintenance");

    await until(() => expect(robot.state.intent).toBe("maintenance"));
  });

  test("draining it finishes what runs, claims nothing and stays connected", async () => {
    const robot = await fleet.openRobot(replica.port);
    const first = await fleet.submit({ type: "HoldNode" });
    await until(() => expect(fleet.begun("gate")).toBe(1));
    const second = await fleet.submit({ type: "HoldNode" });

    const drained = robot.drain();
    fleet.open("gate");
    await drained;
    await until(async () => expect(await state(first)).toBe("completed"));

    expect(await state(second)).toBe("pending");
    expect(robot.state).toMatchObject({ connection: "registered", isDraining: true, runningJobs: [] });
    robot.resume();
    await until(async () => expect(await state(second)).toBe("completed"));
  });

  test("stopped it finishes its job while the lease is kept alive, says goodbye and starts no other", async () => {
    const robot = await fleet.openRobot(replica.port);
    const first = await fleet.submit({ type: "HoldNode" });
    await until(() => expect(fleet.begun("gate")).toBe(1));
    const second = await fleet.submit({ type: "HoldNode" });

    const stopped = robot.stop({ drainMs: 30_000 });
    setTimeout(() => fleet.open("gate"), LEASE_MS + 500);
    await stopped;

    expect(await state(first)).toBe("completed");
    expect((await fleet.job(first)).attempt).toBe(1);
    expect(await state(second)).toBe("pending");
    const { data } = await fleet.robots.list(DEFAULT_TENANT, { limit: 1 });
    await until(async () => expect((await fleet.robots.get(DEFAULT_TENANT, data[0]?.id ?? ""))?.connected).toBe(false));
  });

  test("stopped right after a job with very many events, it tells all of it before it goes", async () => {
    const robot = await fleet.openRobot(replica.port);
    fleet.open("gate");
    const jobId = await fleet.submit({ type: "ChatterNode", config: { lines: 30_000 } });
    await until(() => expect(fleet.lines.join()).toContain("job ended"));

    await robot.stop();

    expect(await state(jobId)).toBe("completed");
    expect((await fleet.job(jobId)).attempt).toBe(1);
    expect(fleet.lines.join()).not.toContain("not all was told");
  });

  test("in a hurry it gives its job back, to be run by another at once", async () => {
    const robot = await fleet.openRobot(replica.port);
    const jobId = await fleet.submit({ type: "HoldNode" });
    await until(() => expect(fleet.begun("gate")).toBe(1));
    const hurry = new AbortController();

    const stopped = robot.stop({ drainMs: 60_000, hurry: hurry.signal });
    hurry.abort();
    await stopped;

    expect(await state(jobId)).toBe("pending");
    await until(async () => expect((await types(jobId)).at(-1)).toBe("job.released"));
    fleet.open("gate");
    await fleet.openRobot(replica.port, { name: "robot-2" });
    await until(async () => expect(await state(jobId)).toBe("completed"));
    expect((await fleet.job(jobId)).attempt).toBe(2);
  });
});

describe("when the network is bad", () => {
  test("a cut in the middle of a job loses nothing: the job goes on, its events arrive once and in order", async () => {
    const proxy = await openProxy();
    await fleet.openRobot(proxy.port);
    const jobId = await fleet.submit({ type: "ChatterNode", config: { lines: 300 } });
    await until(() => expect(fleet.begun("gate")).toBe(1));

    proxy.cut();
    fleet.open("gate");
    proxy.cut();
    await until(async () => expect(await state(jobId)).toBe("completed"));

    expect((await fleet.job(jobId)).attempt).toBe(1);
    expect(await logLines(jobId)).toEqual(chatter(300));
    await until(async () => expect((await types(jobId)).at(-1)).toBe("job.completed"));
    expect((await types(jobId)).filter((type) => type === "job.completed")).toHaveLength(1);
  });

  test("cut again and again, every job still completes exactly once", async () => {
    const patient = await fleet.openReplica({ settings: SLOW_HEARTBEAT });
    const proxy = await openProxy(patient.port);
    await fleet.openRobot(proxy.port, { maxJobs: 4 });
    fleet.open("gate");
    const jobs: string[] = [];
    for (let number = 0; number < 12; number++) {
      jobs.push(await fleet.submit({ type: "ChatterNode", config: { lines: 20 } }));
      if (number % 2 === 0) proxy.cut();
    }

    for (const jobId of jobs) {
      await vi.waitFor(async () => expect(await state(jobId)).toBe("completed"), { timeout: 25_000, interval: 50 });
    }

    for (const jobId of jobs) {
      expect(await logLines(jobId)).toEqual(chatter(20));
      await until(async () => expect((await types(jobId)).filter((type) => type === "job.completed")).toHaveLength(1));
    }
  });

  test("the gateway restarts under a running job: the robot resumes its session and the job completes", async () => {
    await fleet.openRobot(replica.port);
    const jobId = await fleet.submit({ type: "ChatterNode", config: { lines: 5 } });
    await until(() => expect(fleet.begun("gate")).toBe(1));

    const { port } = replica;
    await replica.close();
    fleet.open("gate");
    await fleet.openReplica({ port });

    await until(async () => expect(await state(jobId)).toBe("completed"));
    expect((await fleet.job(jobId)).attempt).toBe(1);
    expect(await logLines(jobId)).toEqual(chatter(5));
  });

  test("a robot that was away for longer than its lease stops by itself and is refused", async () => {
    const proxy = await openProxy();
    const stale = await fleet.openRobot(proxy.port);
    const jobId = await fleet.submit({ type: "HoldNode", config: { gate: "never" } });
    await until(() => expect(fleet.begun("never")).toBe(1));

    proxy.sever();
    await until(() => expect(stale.state.runningJobs).toEqual([]));
    await until(async () => {
      await fleet.queue.reap();
      expect(await state(jobId)).toBe("pending");
    });
    // Another robot takes the job, or the stale one would begin a second attempt itself and have unsent events of that.
    await fleet.openRobot(replica.port, { name: "robot-2" });
    await until(async () => expect((await fleet.job(jobId)).attempt).toBe(2));
    proxy.mend();

    await until(() => expect(stale.state).toMatchObject({ connection: "registered", unsentAttempts: 0 }));
    const attempts = await fleet.queue.attempts(DEFAULT_TENANT, jobId);
    expect(attempts[0]).toMatchObject({ attempt: 1, outcome: "lost" });
    expect((await types(jobId)).filter((type) => type !== "job.claimed")).not.toContain("job.completed");
  });

  test("a result that was reached while the robot was away is accepted if nobody took the job", async () => {
    const proxy = await openProxy();
    await fleet.openRobot(proxy.port);
    const jobId = await fleet.submit({ type: "ChatterNode", config: { lines: 2 } });
    await until(() => expect(fleet.begun("gate")).toBe(1));

    proxy.sever();
    fleet.open("gate");
    await until(() => expect(fleet.lines.join()).toContain("job ended"));
    proxy.mend();

    await until(async () => expect(await state(jobId)).toBe("completed"));
    expect(await logLines(jobId)).toEqual(chatter(2));
  });

  test("a half-open connection is noticed within the lease and the job survives it", async () => {
    const proxy = await openProxy();
    await fleet.openRobot(proxy.port);
    const jobId = await fleet.submit({ type: "HoldNode" });
    await until(() => expect(fleet.begun("gate")).toBe(1));

    proxy.freeze();
    await until(() => expect(fleet.lines.join()).toContain("the peer is silent"));
    proxy.mend();
    fleet.open("gate");

    await until(async () => expect(await state(jobId)).toBe("completed"));
    expect((await fleet.job(jobId)).attempt).toBe(1);
  });

  test("a job whose claim was answered into a dead connection is given back when the robot is there again", async () => {
    const robot = await fleet.openRobot(replica.port);
    await robot.registered;
    robot.pause();
    const { data } = await fleet.robots.list(DEFAULT_TENANT, { limit: 1 });
    const record = data[0];
    const jobId = await fleet.submit({ type: "HoldNode" });
    // What a claim does whose answer never arrives.
    const claimed = await fleet.queue.claim({
      tenantId: DEFAULT_TENANT,
      sessionId: record?.sessionId ?? "",
      environment: "default",
      capabilities: ["http", "files"],
      limit: 1,
    });
    expect(claimed).toHaveLength(1);
    expect(await state(jobId)).toBe("running");

    const { port } = replica;
    await replica.close();
    await fleet.openReplica({ port });

    await until(async () => expect(await state(jobId)).toBe("pending"));
    fleet.open("gate");
    robot.resume();
    await until(async () => expect(await state(jobId)).toBe("completed"));
  });
});

describe("two processes with one name", () => {
  test("on one home the second does not start", async () => {
    await fleet.openRobot(replica.port);

    await expect(fleet.openRobot(replica.port)).rejects.toMatchObject({ code: "AGENT_NAME_IN_USE" });
  });

  test("on two homes the newer one wins and the older is told and ends", async () => {
    const other = await fleet.openReplica();
    const older = await fleet.openRobot(replica.port);
    await older.registered;
    const home = await mkdtemp(join(tmpdir(), "casare-second-home-"));

    const newer = await fleet.openRobot(other.port, { home });

    expect(await older.ended).toMatchObject({ code: "TUNNEL_REPLACED" });
    await newer.registered;
    expect(newer.state.connection).toBe("registered");
    await newer.stop({ drainMs: 0 });
    await rm(home, { recursive: true });
  });
});

describe("after a crash", () => {
  test("the next process tells the outcome that the dead one had reached", async () => {
    const robot = await fleet.openRobot(replica.port);
    await robot.registered;
    await robot.stop({ drainMs: 0 });
    const record = await claimAsRobot1();
    await leaveOutbox(record, { kind: "complete", result: { report: { status: "completed" } } });

    await fleet.openRobot(replica.port);

    await until(async () => expect(await state(record.jobId)).toBe("completed"));
    expect(await logLines(record.jobId)).toEqual(["from before"]);
  });

  test("the next process tells that a job was under way when the other died, and it runs again", async () => {
    const first = await fleet.openRobot(replica.port);
    await first.registered;
    await first.stop({ drainMs: 0 });
    const record = await claimAsRobot1();
    await leaveOutbox(record, undefined);
    fleet.open("gate");

    await fleet.openRobot(replica.port);

    await until(async () =>
      expect((await fleet.queue.attempts(DEFAULT_TENANT, record.jobId))[0]).toMatchObject({
        outcome: "failed",
        error: { code: "AGENT_ROBOT_DIED", errorClass: "transient" },
      }),
    );
    expect(await state(record.jobId)).toBe("pending");
  });

  test("a robot cannot speak in the name of another one's session", async () => {
    const { robotId } = await openStranger("robot-2");
    const { sessionId } = await fleet.queue.openSession({ tenantId: DEFAULT_TENANT, robotId, leaseMs: 60_000 });
    const jobId = await fleet.submit({ type: "HoldNode" });
    await fleet.queue.claim({
      tenantId: DEFAULT_TENANT,
      sessionId,
      environment: "default",
      capabilities: ["http", "files"],
      limit: 1,
    });
    await leaveOutbox({ jobId, attempt: 1, sessionId }, { kind: "complete", result: null });

    const robot = await fleet.openRobot(replica.port);
    await until(() => expect(robot.state).toMatchObject({ connection: "registered", unsentAttempts: 0 }));

    expect(await state(jobId)).toBe("running");
  });
});
