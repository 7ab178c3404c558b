import { setTimeout as delay } from "node:timers/promises";
import sql from "sql-template-tag";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../test/support/postgres.ts";
import type { TenantId } from "../core/ids.ts";
import { createEventRepository, EVENTS_CHANNEL } from "./event-repository.ts";
import type { EventRepository } from "./repositories.ts";

const theirs = 2 as TenantId;
let nextTenant = 100;
const freshTenant = (): TenantId => nextTenant++ as TenantId;

let opened: TestDatabase;
let events: EventRepository;

beforeAll(async () => {
  opened = await openTestDatabase({ maxConnections: 20 });
  events = createEventRepository(opened.database);
});
afterAll(() => opened.close());

describe("appending", () => {
  test("keeps order, data and times", async () => {
    const tenant = freshTenant();
    const at = new Date("2026-01-01T00:00:00.123Z");

    await events.append(tenant, [
      { type: "job.created", jobId: "9007199254740993", data: { b: 1, a: "x" }, at },
      { type: "node.started", jobId: "9007199254740993", attempt: 1, robotId: "r", sourceSeq: 1 },
    ]);

    const stored = await events.after(tenant, "0", 10);
    expect(stored).toMatchObject([
      { tenantId: tenant, type: "job.created", jobId: "9007199254740993", data: { b: 1, a: "x" }, at },
      { type: "node.started", attempt: 1, robotId: "r", data: {} },
    ]);
    expect(Object.keys(stored[0]?.data ?? {})).toEqual(["b", "a"]);
    expect(BigInt(stored[1]?.seq ?? 0)).toBeGreaterThan(BigInt(stored[0]?.seq ?? 0));
  });

  test("stores what a robot sends twice once, also within one call", async () => {
    const tenant = freshTenant();
    const event = { type: "log", jobId: "1", attempt: 1, sourceSeq: 7, data: { message: "x" } };

    await events.append(tenant, [event, event]);
    await events.append(tenant, [event, { ...event, sourceSeq: 8 }, { ...event, attempt: 2 }]);

    expect(await events.after(tenant, "0", 10)).toHaveLength(3);
  });

  test("replaces characters that PostgreSQL cannot look into", async () => {
    const tenant = freshTenant();

    await events.append(tenant, [{ type: "log", data: { level: "info", "k\u0000": ["a\u0000b", "\ud800"] } }]);

    expect(await events.after(tenant, "0", 10, { levels: ["info"] })).toMatchObject([
      { data: { "k\uFFFD": ["a\uFFFDb", "\uFFFD"] } },
    ]);
  });

  test("of nothing does nothing", async () => {
    const tenant = freshTenant();

    await events.append(tenant, []);

    expect(await events.latestSeq(tenant)).toBe("0");
  });

  test("notifies with the tenant's id", async () => {
    const tenant = freshTenant();
    const heard = new Promise<string>((resolve) => {
      void opened.database.listen(EVENTS_CHANNEL, resolve).then(() => events.append(tenant, [{ type: "x" }]));
    });

    expect(await heard).toBe(String(tenant));
  });

  test("refuses the bad events of one caller and stores those of the others that shared its write", async () => {
    const tenant = freshTenant();
    const [first, bad, good] = await Promise.allSettled([
      events.append(tenant, [{ type: "first" }]),
      events.append(tenant, [{ type: "bad", jobId: "not a number" }]),
      events.append(tenant, [{ type: "good" }]),
    ]);

    expect([first?.status, bad?.status, good?.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect((await events.after(tenant, "0", 10)).map(({ type }) => type)).toEqual(["first", "good"]);
  });
});

describe("reading", () => {
  test("filters by job, type and level", async () => {
    const tenant = freshTenant();
    await events.append(tenant, [
      { type: "log", jobId: "1", data: { level: "debug" } },
      { type: "log", jobId: "1", data: { level: "error" } },
      { type: "log", jobId: "2", data: { level: "error" } },
      { type: "job.created", jobId: "1" },
    ]);
    const count = async (filter: Parameters<EventRepository["after"]>[3]) =>
      (await events.after(tenant, "0", 10, filter)).length;

    expect(await count({ jobId: "1" })).toBe(3);
    expect(await count({ types: ["log"] })).toBe(3);
    expect(await count({ types: ["log", "job.created"], jobId: "1" })).toBe(3);
    expect(await count({ jobId: "1", levels: ["error", "critical"] })).toBe(1);
    expect(await count({ jobId: "no job id" })).toBe(0);
    await expect(events.after(tenant, "x", 10)).rejects.toThrow(RangeError);
  });

  test("shows a tenant nothing of another one", async () => {
    const tenant = freshTenant();
    await events.append(tenant, [{ type: "secret", jobId: "5" }]);

    expect(await events.after(theirs, "0", 10)).toEqual([]);
    expect(await events.after(theirs, "0", 10, { jobId: "5" })).toEqual([]);
    expect(await events.latestSeq(theirs)).toBe("0");
  });
});

test("a reader that has seen a number never misses one below it, whoever writes at the same time", async () => {
  const tenant = freshTenant();
  // Two repositories stand for two processes: they do not share transactions.
  const writers = [createEventRepository(opened.database), createEventRepository(opened.database)];
  const total = 400;
  const writing = Promise.all(
    Array.from({ length: total / 4 }, async (_, index) => {
      await delay(Math.random() * 100);
      await writers[index % 2]?.append(
        tenant,
        Array.from({ length: 4 }, () => ({ type: "x" })),
      );
    }),
  );

  const seen: string[] = [];
  while (seen.length < total) {
    const page = await events.after(tenant, seen.at(-1) ?? "0", 50);
    seen.push(...page.map(({ seq }) => seq));
  }
  await writing;

  const stored = await opened.database.query<{ seq: string }>(
    sql`select seq::text from event where tenant_id = ${tenant} order by event.seq`,
  );
  expect(seen).toEqual(stored.map(({ seq }) => seq));
});
