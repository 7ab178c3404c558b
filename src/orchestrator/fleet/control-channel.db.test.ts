import sql from "sql-template-tag";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../../test/support/postgres.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import { type ControlChannel, type ControlOrder, createControlChannel } from "./control-channel.ts";

let database: TestDatabase;
let lines: string[];
beforeEach(async () => {
  database = await openTestDatabase();
  lines = [];
});
// A worker of the server that cleans up in it cannot be ended by us; it leaves in a moment.
afterEach(() => vi.waitFor(() => database.close(), { timeout: 10_000, interval: 300 }));

const note = (_facts: object, text: string): void => void lines.push(text);
const log = { debug: note, info: note, warn: note, error: note };

async function openEar(): Promise<{ channel: ControlChannel; heard: ControlOrder[]; close: () => Promise<void> }> {
  const heard: ControlOrder[] = [];
  const channel = createControlChannel(database.database, log);
  const ear = await channel.subscribe({ onOrder: (order) => heard.push(order), onGap: () => undefined });
  return { channel, heard, close: () => ear.close() };
}

test("an order reaches the gateway of this process and those of the others, each once", async () => {
  const [one, other] = [await openEar(), await openEar()];

  await one.channel.cancelJob({ tenantId: DEFAULT_TENANT, sessionId: "s1", jobId: "7", reason: "wrong month" });
  await one.channel.changeIntent({ tenantId: DEFAULT_TENANT, robotId: "r1", intent: "paused" });

  const orders = [
    { kind: "cancel", tenantId: 1, sessionId: "s1", jobId: "7", reason: "wrong month" },
    { kind: "intent", tenantId: 1, robotId: "r1", intent: "paused" },
  ];
  expect(one.heard).toEqual(orders);
  await vi.waitFor(() => expect(other.heard).toEqual(orders), { timeout: 5_000 });
  expect(one.heard).toHaveLength(2);
  await Promise.all([one.close(), other.close()]);
});

test("the longest reason still fits into a notification", async () => {
  const [one, other] = [await openEar(), await openEar()];

  const reason = "\u0001☃".repeat(20_000);
  await one.channel.cancelJob({ tenantId: DEFAULT_TENANT, sessionId: "s1", jobId: "7", reason });

  await vi.waitFor(() => expect(other.heard).toHaveLength(1), { timeout: 5_000 });
  expect(lines).toEqual([]);
  await Promise.all([one.close(), other.close()]);
});

test("what others write on the channel is ignored", async () => {
  const ear = await openEar();

  await database.database.query(sql`select pg_notify('casare_control', 'hello')`);
  await database.database.query(sql`select pg_notify('casare_control', '{"origin":"x","order":{"kind":"dance"}}')`);

  await vi.waitFor(() => expect(lines).toHaveLength(2), { timeout: 5_000 });
  expect(ear.heard).toEqual([]);
  await ear.close();
});

test("an order that cannot be passed on is logged and fails nobody", async () => {
  const ear = await openEar();
  await ear.close();
  const channel = createControlChannel(
    { ...database.database, query: () => Promise.reject(new Error("connection lost")) },
    log,
  );

  await channel.changeIntent({ tenantId: DEFAULT_TENANT, robotId: "r1", intent: "active" });

  expect(lines).toEqual(["order for a robot not passed on"]);
});
