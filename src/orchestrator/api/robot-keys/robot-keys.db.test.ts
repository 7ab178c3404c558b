import sql from "sql-template-tag";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OrchestratorBench, openBench } from "../../orchestrator-bench.suite.ts";

const NOBODY = "019b76da-a800-7000-8000-000000000001";

let bench: OrchestratorBench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const create = async (name: string) => (await bench.call("POST", "/api/v1/robot-keys", { body: { name } })).body;

/** What an unknown key gets; a known one is told that it may not do this. */
const statusOf = async (key: string) => (await bench.call("GET", "/api/v1/robots", { key })).status;

test("a key is shown once, is not stored by anybody in between, and counts", async () => {
  const created = await bench.call("POST", "/api/v1/robot-keys", { body: { name: "line 1" } });

  expect(created.status).toBe(201);
  expect(created.headers.get("cache-control")).toBe("no-store");
  expect(created.body.key).toMatch(/^crpa_robot_[0-9a-f]{32}_[\w-]{43}$/);
  expect(created.body.key).toContain(created.body.prefix);
  expect(await statusOf(created.body.key)).toBe(403);
  const listed = await bench.call("GET", "/api/v1/robot-keys");
  expect(listed.body.data[0]).toMatchObject({ id: created.body.id, name: "line 1" });
  expect(listed.text).not.toContain(created.body.key.slice(-43));
  const events = await bench.eventsOf((event) => event.type === "robot-key.created");
  expect(JSON.stringify(events)).not.toContain(created.body.key.slice(-43));
});

test("a key that was asked for twice with one idempotency key is one key, and its secret is not in the database", async () => {
  const options = { body: { name: "twice" }, headers: { "idempotency-key": "key-1" } };

  const first = await bench.call("POST", "/api/v1/robot-keys", options);
  const second = await bench.call("POST", "/api/v1/robot-keys", options);

  expect(second.body).toEqual(first.body);
  expect(second.headers.get("idempotency-replayed")).toBe("true");
  expect(second.headers.get("cache-control")).toBe("no-store");
  const rows = await bench.database.query<{ text: string }>(
    sql`select encode(answer, 'escape') as text from idempotency`,
  );
  expect(rows.some(({ text }) => text.includes(first.body.key.slice(-43)))).toBe(false);
});

test("rotating ends the old key after its grace, revoking at once", async () => {
  const old = await create("rotated");
  const rotate = (body?: unknown) => bench.call("POST", `/api/v1/robot-keys/${old.id}/rotate`, { body });

  const graceful = await rotate({ graceMs: 60_000 });
  expect(graceful).toMatchObject({ status: 201, body: { name: "rotated" } });
  expect(graceful.headers.get("cache-control")).toBe("no-store");
  expect([await statusOf(old.key), await statusOf(graceful.body.key)]).toEqual([403, 403]);

  const strict = await rotate();
  expect([await statusOf(old.key), await statusOf(strict.body.key)]).toEqual([401, 403]);
  expect(await rotate()).toMatchObject({ status: 409, body: { code: "AUTH_KEY_REVOKED" } });

  const revoked = await bench.call("POST", `/api/v1/robot-keys/${strict.body.id}/revoke`);
  expect(revoked).toMatchObject({ status: 200, body: { id: strict.body.id, revokedAt: expect.any(String) } });
  expect(await statusOf(strict.body.key)).toBe(401);
});

test("what makes no sense is refused", async () => {
  for (const body of [
    {},
    { name: "" },
    { name: "x", expiresAt: "2020-01-01T00:00:00Z" },
    { name: "x", kind: "admin" },
  ]) {
    expect(await bench.call("POST", "/api/v1/robot-keys", { body })).toMatchObject({
      status: 422,
      body: { code: "REQUEST_INVALID" },
    });
  }
  const { id } = await create("x");
  for (const graceMs of [-1, 1e12]) {
    expect(await bench.call("POST", `/api/v1/robot-keys/${id}/rotate`, { body: { graceMs } })).toMatchObject({
      status: 422,
    });
  }
  expect(await bench.call("GET", "/api/v1/robot-keys?cursor=x")).toMatchObject({ status: 400 });
});

test("keys that are not there, of another tenant or of admins are not found", async () => {
  const { id } = await create("private");
  const key = bench.foreignKey;
  const adminKeyId = /_([0-9a-f]{32})_/.exec(bench.adminKey)?.[1]?.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");

  expect((await bench.call("GET", "/api/v1/robot-keys", { key })).body).toEqual({ data: [] });
  for (const verb of ["rotate", "revoke"]) {
    const missing = { status: 404, body: { code: "AUTH_KEY_NOT_FOUND" } };
    expect(await bench.call("POST", `/api/v1/robot-keys/${id}/${verb}`, { key })).toMatchObject(missing);
    expect(await bench.call("POST", `/api/v1/robot-keys/${NOBODY}/${verb}`)).toMatchObject(missing);
    expect(await bench.call("POST", `/api/v1/robot-keys/${adminKeyId}/${verb}`)).toMatchObject(missing);
  }
});
