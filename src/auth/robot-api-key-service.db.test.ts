import sql from "sql-template-tag";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../test/support/postgres.ts";
import { createManualClock } from "../core/clock.ts";
import type { TenantId } from "../core/ids.ts";
import { ensureAdminKey } from "./ensure-admin-key.ts";
import { RobotApiKeyService } from "./robot-api-key-service.ts";

const ours = 1 as TenantId;
const theirs = 2 as TenantId;

let opened: TestDatabase;
beforeAll(async () => {
  opened = await openTestDatabase();
});
afterAll(() => opened.close());

function openService() {
  const clock = createManualClock();
  return { clock, keys: new RobotApiKeyService({ database: opened.database, clock }) };
}

describe("a robot key", () => {
  test("says whose it is, and its secret is nowhere in the database", async () => {
    const { keys } = openService();

    const { key, text } = await keys.create(ours, { name: "line 1" });

    expect(await keys.verify(text)).toMatchObject({ tenantId: ours, kind: "robot", keyId: key.id });
    const rows = await opened.database.query<{ row: string }>(sql`select k::text as row from api_key k`);
    const secret = text.slice(-43);
    expect(rows.some(({ row }) => row.includes(secret))).toBe(false);
    expect(text).toBe(`${key.prefix}_${secret}`);
  });

  test("does not count with another secret, another kind or before it was made", async () => {
    const { keys } = openService();
    const { text } = await keys.create(ours, { name: "x" });
    const changed = text.endsWith("A") ? `${text.slice(0, -1)}B` : `${text.slice(0, -1)}A`;

    expect(await keys.verify(changed)).toBeUndefined();
    expect(await keys.verify(text.replace("_robot_", "_admin_"))).toBeUndefined();
    expect(await keys.verify(text.replace(/[0-9a-f]{32}/, "0".repeat(32)))).toBeUndefined();
    expect(await keys.verify("nonsense")).toBeUndefined();
  });

  test("ends when it expires", async () => {
    const { keys, clock } = openService();
    const expiresAt = new Date(clock.now().getTime() + 1_000);
    const { text } = await keys.create(ours, { name: "short", expiresAt });

    expect(await keys.verify(text)).toBeDefined();
    clock.advance(1_000);
    expect(await keys.verify(text)).toBeUndefined();
  });

  test("ends when it is revoked; again is fine and keeps the first time", async () => {
    const { keys, clock } = openService();
    const { key, text } = await keys.create(ours, { name: "revoked" });

    const first = await keys.revoke(ours, key.id);
    clock.advance(5_000);
    const second = await keys.revoke(ours, key.id);

    expect(await keys.verify(text)).toBeUndefined();
    expect(second.revokedAt).toEqual(first.revokedAt);
  });

  test("notes its use at most once a minute", async () => {
    const { keys, clock } = openService();
    const { key, text } = await keys.create(ours, { name: "used" });
    const usedAt = async () => {
      const { data } = await keys.list(ours, { limit: 250 });
      return data.find(({ id }) => id === key.id)?.lastUsedAt?.getTime();
    };
    const start = clock.now().getTime();

    expect(await usedAt()).toBeUndefined();
    await keys.verify(text);
    clock.advance(59_000);
    await keys.verify(text);
    expect(await usedAt()).toBe(start);
    clock.advance(1_000);
    await keys.verify(text);
    expect(await usedAt()).toBe(start + 60_000);
  });
});

describe("rotating a key", () => {
  test("makes a new key of the same name and lets the old one go on for the grace time", async () => {
    const { keys, clock } = openService();
    const old = await keys.create(ours, { name: "line 2" });

    const fresh = await keys.rotate(ours, old.key.id, { graceMs: 10_000 });

    expect(fresh.key.name).toBe("line 2");
    expect(await keys.verify(old.text)).toBeDefined();
    expect(await keys.verify(fresh.text)).toBeDefined();
    clock.advance(10_000);
    expect(await keys.verify(old.text)).toBeUndefined();
    expect(await keys.verify(fresh.text)).toBeDefined();
  });

  test("ends the old key at once without a grace time, and keeps the end of an old key that ends anyway", async () => {
    const { keys, clock } = openService();
    const expiresAt = new Date(clock.now().getTime() + 5_000);
    const old = await keys.create(ours, { name: "line 3", expiresAt });

    const fresh = await keys.rotate(ours, old.key.id);

    expect(await keys.verify(old.text)).toBeUndefined();
    expect(fresh.key.expiresAt).toEqual(expiresAt);
    await expect(keys.rotate(ours, old.key.id)).rejects.toMatchObject({ code: "AUTH_KEY_REVOKED" });
  });

  test("twice at once makes one new key", async () => {
    const { keys } = openService();
    const old = await keys.create(ours, { name: "line 4" });

    const outcomes = await Promise.allSettled([1, 2, 3].map(() => keys.rotate(ours, old.key.id)));

    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

test("the list goes page by page and refuses a cursor it did not give out", async () => {
  const { keys } = openService();
  const tenant = 11 as TenantId;
  for (const name of ["a", "b", "c"]) await keys.create(tenant, { name });

  const first = await keys.list(tenant, { limit: 2 });
  const second = await keys.list(tenant, { limit: 2, cursor: first.nextCursor ?? "" });

  expect([...first.data, ...second.data].map(({ name }) => name)).toEqual(["c", "b", "a"]);
  expect(second.nextCursor).toBeUndefined();
  await expect(keys.list(tenant, { limit: 2, cursor: "x" })).rejects.toMatchObject({ code: "AUTH_CURSOR_INVALID" });
});

test("a tenant neither sees nor ends another one's keys, and robots' keys are not admins'", async () => {
  const { keys } = openService();
  const { key, text } = await keys.create(ours, { name: "private" });
  const admins = new RobotApiKeyService({ database: opened.database, kind: "admin" });
  const missing = { code: "AUTH_KEY_NOT_FOUND" };

  expect((await keys.list(theirs, { limit: 250 })).data).toEqual([]);
  await expect(keys.revoke(theirs, key.id)).rejects.toMatchObject(missing);
  await expect(keys.rotate(theirs, key.id)).rejects.toMatchObject(missing);
  await expect(admins.revoke(ours, key.id)).rejects.toMatchObject(missing);
  await expect(keys.revoke(ours, "no-uuid")).rejects.toMatchObject(missing);
  await expect(keys.rotate(ours, "no-uuid")).rejects.toMatchObject(missing);
  expect(await keys.verify(text)).toBeDefined();
});

describe("ensureAdminKey", () => {
  test("gives the first key to one of many processes that start at once, and never another", async () => {
    const tenant = 21 as TenantId;
    const admins = new RobotApiKeyService({ database: opened.database, kind: "admin" });

    const made = (await Promise.all([1, 2, 3, 4, 5].map(() => ensureAdminKey(opened.database, tenant)))).filter(
      Boolean,
    );
    const [only] = made;
    await admins.revoke(tenant, only?.key.id ?? "");

    expect(made).toHaveLength(1);
    expect(only?.text).toMatch(/^crpa_admin_[0-9a-f]{32}_[\w-]{43}$/);
    expect(await ensureAdminKey(opened.database, tenant)).toBeUndefined();
    expect(await ensureAdminKey(opened.database, 22 as TenantId)).toBeDefined();
  });
});
