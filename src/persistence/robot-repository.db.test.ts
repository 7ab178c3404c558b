import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../test/support/postgres.ts";
import type { TenantId } from "../core/ids.ts";
import type { RobotRegistration, RobotRepository } from "./repositories.ts";
import { createRobotRepository } from "./robot-repository.ts";

const ours = 1 as TenantId;
const theirs = 2 as TenantId;
const NOBODY = "019b76da-a800-7000-8000-000000000001";

let opened: TestDatabase;
let robots: RobotRepository;

beforeAll(async () => {
  opened = await openTestDatabase();
  robots = createRobotRepository(opened.database);
});
afterAll(() => opened.close());

function registration(name: string): RobotRegistration {
  return {
    name,
    version: "1.0.0",
    hostname: "host",
    platform: "linux x64",
    environment: "default",
    capabilities: ["browser", "files"],
    maxConcurrentJobs: 2,
  };
}

test("a robot that registers again keeps its id and what people want of it", async () => {
  const first = await robots.register(ours, registration("alpha"));
  await robots.setIntent(ours, first.id, "paused");

  const again = await robots.register(ours, { ...registration("alpha"), version: "1.1.0", capabilities: [] });

  expect(first).toMatchObject({ name: "alpha", intent: "active", connected: false, runningJobs: 0 });
  expect(again).toMatchObject({ id: first.id, intent: "paused", version: "1.1.0", capabilities: [] });
  expect(again.registeredAt).toEqual(first.registeredAt);
});

test("robots of one name that register at once become one robot", async () => {
  const registered = await Promise.all([1, 2, 3, 4].map(() => robots.register(ours, registration("twin"))));

  expect(new Set(registered.map(({ id }) => id)).size).toBe(1);
});

test("a name belongs to the key that it is registered with, until its robot has been silent for long enough", async () => {
  const first = await robots.register(ours, registration("owned"), { keyName: "a", heldForMs: 60_000 });
  const other = (heldForMs: number) => robots.register(ours, registration("owned"), { keyName: "b", heldForMs });
  await robots.connected(ours, first.id, "session-1");

  await expect(other(60_000)).rejects.toMatchObject({ code: "ROBOT_STORE_NAME_TAKEN" });
  expect(await robots.register(ours, registration("owned"), { keyName: "a", heldForMs: 60_000 })).toMatchObject({
    id: first.id,
  });
  await robots.connected(ours, first.id, "session-2");
  await robots.disconnected(ours, first.id, "session-2");
  expect(await other(60_000)).toMatchObject({ id: first.id });
});

test("a heartbeat stores what the robot says and answers its intent", async () => {
  const { id } = await robots.register(ours, registration("beating"));
  await robots.connected(ours, id, "session-1");

  const intent = await robots.touch(ours, id, { runningJobs: 1, rssBytes: 5_000_000_000 });

  expect(intent).toBe("active");
  expect(await robots.get(ours, id)).toMatchObject({
    runningJobs: 1,
    rssBytes: 5_000_000_000,
    connected: true,
    sessionId: "session-1",
  });
});

test("the end of an old connection does not disconnect the new one", async () => {
  const { id } = await robots.register(ours, registration("back again"));
  await robots.connected(ours, id, "session-2");

  await robots.disconnected(ours, id, "session-1");
  expect(await robots.get(ours, id)).toMatchObject({ connected: true });

  await robots.disconnected(ours, id, "session-2");
  expect(await robots.get(ours, id)).toMatchObject({ connected: false });
});

test("the list goes page by page, the robot registered last first", async () => {
  const tenant = 11 as TenantId;
  for (const name of ["a", "b", "c"]) await robots.register(tenant, registration(name));

  const first = await robots.list(tenant, { limit: 2 });
  const second = await robots.list(tenant, { limit: 2, cursor: first.nextCursor ?? "" });

  expect(first.data.map(({ name }) => name)).toEqual(["c", "b"]);
  expect(second.data.map(({ name }) => name)).toEqual(["a"]);
  expect(second.nextCursor).toBeUndefined();
});

test("a robot that is not there cannot connect or beat", async () => {
  for (const id of [NOBODY, "no-uuid"]) {
    await expect(robots.connected(ours, id, "s")).rejects.toMatchObject({ code: "ROBOT_STORE_NOT_FOUND" });
    await expect(robots.touch(ours, id, { runningJobs: 0 })).rejects.toMatchObject({ code: "ROBOT_STORE_NOT_FOUND" });
    expect(await robots.get(ours, id)).toBeUndefined();
    expect(await robots.setIntent(ours, id, "paused")).toBeUndefined();
    await robots.disconnected(ours, id, "s");
  }
});

test("a tenant neither sees nor steers another one's robots", async () => {
  const { id } = await robots.register(ours, registration("private"));

  expect(await robots.get(theirs, id)).toBeUndefined();
  expect(await robots.setIntent(theirs, id, "paused")).toBeUndefined();
  expect((await robots.list(theirs, { limit: 250 })).data).toEqual([]);
  await expect(robots.touch(theirs, id, { runningJobs: 0 })).rejects.toMatchObject({ code: "ROBOT_STORE_NOT_FOUND" });
  expect((await robots.register(theirs, registration("private"))).id).not.toBe(id);
});
