import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_TENANT } from "../../../core/ids.ts";
import { createRobotRepository } from "../../../persistence/index.ts";
import { type OrchestratorBench, openBench } from "../../orchestrator-bench.suite.ts";

const NOBODY = "019b76da-a800-7000-8000-000000000001";

let bench: OrchestratorBench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

async function register(name: string): Promise<string> {
  const robots = createRobotRepository(bench.database);
  const registration = {
    name,
    version: "1.0.0",
    hostname: "host",
    platform: "linux x64",
    environment: "default",
    capabilities: ["browser"],
    maxConcurrentJobs: 2,
  };
  const { id } = await robots.register(DEFAULT_TENANT, registration);
  await robots.connected(DEFAULT_TENANT, id, "session");
  await robots.touch(DEFAULT_TENANT, id, { runningJobs: 1, rssBytes: 1_000 });
  return id;
}

test("robots are listed and shown with what they do", async () => {
  const id = await register("alpha");
  await register("beta");

  const page = await bench.call("GET", "/api/v1/robots?limit=1");
  const rest = await bench.call("GET", `/api/v1/robots?cursor=${page.body.nextCursor}`);
  const one = await bench.call("GET", `/api/v1/robots/${id}`);

  expect(page.body.data).toMatchObject([{ name: "beta" }]);
  expect(rest.body.data).toMatchObject([{ name: "alpha" }]);
  expect(one.body).toMatchObject({
    id,
    name: "alpha",
    status: "busy",
    intent: "active",
    runningJobs: 1,
    maxConcurrentJobs: 2,
    capabilities: ["browser"],
    rssBytes: 1_000,
  });
  expect(one.text).not.toContain("session");
});

describe("what people want of a robot", () => {
  test.each([
    { verb: "drain", intent: "draining" },
    { verb: "pause", intent: "paused" },
    { verb: "resume", intent: "active" },
  ])("$verb is stored and told", async ({ verb, intent }) => {
    const id = await register(`robot ${verb}`);

    const changed = await bench.call("POST", `/api/v1/robots/${id}/${verb}`);

    expect(changed).toMatchObject({ status: 200, body: { id, intent } });
    expect((await bench.call("GET", `/api/v1/robots/${id}`)).body.intent).toBe(intent);
    const events = await bench.eventsOf((event) => event.robotId === id);
    expect(events).toMatchObject([{ type: "robot.intent", data: { intent, name: `robot ${verb}` } }]);
  });
});

test("a robot that is not there, and one of another tenant, is not found", async () => {
  const id = await register("private");
  const missing = { status: 404, body: { code: "ROBOT_STORE_NOT_FOUND" } };

  expect((await bench.call("GET", "/api/v1/robots", { key: bench.foreignKey })).body).toEqual({ data: [] });
  for (const [robotId, key] of [
    [NOBODY, bench.adminKey],
    [id, bench.foreignKey],
  ] as const) {
    expect(await bench.call("GET", `/api/v1/robots/${robotId}`, { key })).toMatchObject(missing);
    for (const verb of ["drain", "pause", "resume"]) {
      expect(await bench.call("POST", `/api/v1/robots/${robotId}/${verb}`, { key })).toMatchObject(missing);
    }
  }
  expect(await bench.call("GET", "/api/v1/robots?cursor=x")).toMatchObject({ status: 400 });
  expect(await bench.call("GET", "/api/v1/robots/x")).toMatchObject({ status: 422 });
});
