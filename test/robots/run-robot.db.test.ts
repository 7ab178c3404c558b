import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { agentConfig, RobotAgent, type RobotConfig, type RunRobotOptions, runRobot } from "../../src/agent/index.ts";
import { browserConfig } from "../../src/browser/index.ts";
import { DEFAULT_TENANT } from "../../src/core/ids.ts";
import { type Fleet, openFleet, type Replica } from "./harness.ts";

let fleet: Fleet;
let replica: Replica;
let home: string;
let stop: AbortController;
beforeEach(async () => {
  fleet = await openFleet();
  replica = await fleet.openReplica();
  home = await mkdtemp(join(tmpdir(), "casare-run-robot-"));
  stop = new AbortController();
});
afterEach(async () => {
  await fleet.close();
  await rm(home, { recursive: true });
});

const until = <T>(look: () => T | Promise<T>): Promise<T> => vi.waitFor(look, { timeout: 10_000, interval: 20 });
const note = (facts: object, text: string): void => void fleet.lines.push(JSON.stringify({ text, ...facts }));
const log = { debug: note, info: note, warn: note, error: note };

function optionsOf(more: Partial<RunRobotOptions["settings"]> = {}): RunRobotOptions {
  return {
    settings: {
      ...agentConfig.parse({}),
      // No program at all: this robot offers no browser.
      ...browserConfig.parse({ CHROMIUM_PATH: join(home, "no-browser") }),
      HOME: home,
      ORCHESTRATOR_URL: `http://127.0.0.1:${replica.port}`,
      ROBOT_KEY: fleet.key,
      ROBOT_NAME: "worker",
      ...more,
    },
    version: "1.0.0",
    log,
    signal: stop.signal,
  };
}

function robotConfig(): RobotConfig {
  return {
    name: "worker",
    environment: "default",
    capabilities: [],
    maxJobs: 1,
    orchestratorUrl: `http://127.0.0.1:${replica.port}`,
    key: fleet.key,
    home,
    version: "1.0.0",
    drainMs: 1_000,
    keepFailed: 1,
    outboxMaxBytes: 1_000_000,
    artifactMaxBytes: 1_000_000,
    artifactTimeoutMs: 1_000,
  };
}

test("a robot process registers, says what it offers, and ends when it is told to", async () => {
  const ready: string[] = [];
  const running = runRobot({ ...optionsOf(), onReady: ({ name }) => ready.push(name) });
  await until(() => expect(ready).toEqual(["worker"]));
  const { data } = await fleet.robots.list(DEFAULT_TENANT, { limit: 1 });
  expect(data[0]).toMatchObject({
    name: "worker",
    capabilities: ["http", "files", "handles", "workItems", process.platform],
    connected: true,
  });

  stop.abort();
  await running;

  expect(await readdir(join(home, "robots", "worker"))).toEqual(expect.not.arrayContaining(["robot.lock"]));
  expect(fleet.lines.join("\n")).toContain("robot takes no jobs that need a browser");
  expect(fleet.lines.join("\n")).not.toContain(fleet.key);
});

test("without a key it does not start", async () => {
  await expect(runRobot(optionsOf({ ROBOT_KEY: undefined }))).rejects.toMatchObject({ code: "AGENT_KEY_MISSING" });
});

test("with a key that does not count it ends with the reason", async () => {
  await expect(runRobot(optionsOf({ ROBOT_KEY: "crpa_robot_wrong" }))).rejects.toMatchObject({
    code: "TUNNEL_UNAUTHORIZED",
  });
});

test("waits for an orchestrator that is not there yet, and can be stopped meanwhile", async () => {
  const running = runRobot(optionsOf({ ORCHESTRATOR_URL: "http://127.0.0.1:1" }));
  await until(() => expect(fleet.lines.join("\n")).toContain("connection to the orchestrator lost"));

  stop.abort();

  await expect(running).resolves.toBeUndefined();
});

test("a robot object starts once", async () => {
  const robot: RobotAgent = await fleet.openRobot(replica.port);

  await expect(robot.start()).rejects.toMatchObject({ code: "AGENT_STOPPED" });
});

test("a robot that is stopped while it starts leaves nothing behind", async () => {
  const agent = new RobotAgent(robotConfig(), { run: () => Promise.reject(new Error("unused")), log });

  const started = agent.start();
  await agent.stop();
  await started;

  expect(await agent.ended).toBeUndefined();
  expect(await readdir(join(home, "robots", "worker"))).toEqual(expect.not.arrayContaining(["robot.lock"]));
  await expect(agent.start()).rejects.toMatchObject({ code: "AGENT_STOPPED" });
});

test("a robot with an address that cannot be read does not start, and frees its name", async () => {
  const config = { ...robotConfig(), orchestratorUrl: "localhost" };
  const parts = { run: () => Promise.reject(new Error("unused")), log };

  for (let time = 0; time < 2; time++) {
    await expect(new RobotAgent(config, parts).start()).rejects.toMatchObject({ code: "TUNNEL_BAD_URL" });
  }
});

test("a robot can be stopped twice", async () => {
  const robot = await fleet.openRobot(replica.port);
  await robot.stop();

  await expect(robot.stop()).resolves.toBeUndefined();
  expect(robot.state).toMatchObject({ connection: "closed", runningJobs: [] });
});
