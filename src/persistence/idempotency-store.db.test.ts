import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../test/support/postgres.ts";
import { newId, type TenantId } from "../core/ids.ts";
import { createIdempotencyStore, type IdempotencyStore, type KeyedRequest } from "./idempotency-store.ts";

let opened: TestDatabase;
let store: IdempotencyStore;

beforeAll(async () => {
  opened = await openTestDatabase();
  store = createIdempotencyStore(opened.database);
});
afterAll(() => opened.close());

const times = { lockMs: 60_000, keepMs: 60_000 };
const hash = Buffer.from("hash");
const request = (changes: Partial<KeyedRequest> = {}): KeyedRequest => ({
  tenantId: 1 as TenantId,
  keyId: newId(),
  route: "submitJob",
  key: "k",
  requestHash: hash,
  ...changes,
});

describe("a claim", () => {
  test("is given to one of many that ask at once", async () => {
    const asked = request();

    const claims = await Promise.all(Array.from({ length: 10 }, () => store.claim(asked, times)));

    expect(claims.map(({ kind }) => kind).toSorted()).toEqual(["claimed", ...Array(9).fill("in-flight")]);
  });

  test("answers what was stored, and refuses another request under the same key", async () => {
    const asked = request();
    const claim = await store.claim(asked, times);
    if (claim.kind !== "claimed") throw new Error("expected a claim");

    await store.store(asked, claim.owner, Buffer.from("answer"));

    expect(await store.claim(asked, times)).toEqual({ kind: "stored", answer: Buffer.from("answer") });
    expect(await store.claim({ ...asked, requestHash: Buffer.from("other") }, times)).toEqual({ kind: "mismatch" });
  });

  test("is free again after a release", async () => {
    const asked = request();
    const claim = await store.claim(asked, times);
    if (claim.kind !== "claimed") throw new Error("expected a claim");

    await store.release(asked, claim.owner);

    expect((await store.claim({ ...asked, requestHash: Buffer.from("other") }, times)).kind).toBe("claimed");
  });

  test("whose owner has gone is taken over by the same request, and the old owner changes nothing any more", async () => {
    const asked = request();
    const old = await store.claim(asked, { lockMs: 0, keepMs: 60_000 });
    if (old.kind !== "claimed") throw new Error("expected a claim");

    expect((await store.claim({ ...asked, requestHash: Buffer.from("other") }, times)).kind).toBe("mismatch");
    const taken = await store.claim(asked, times);
    await store.store(asked, old.owner, Buffer.from("late"));
    await store.release(asked, old.owner);

    expect(taken.kind).toBe("claimed");
    expect((await store.claim(asked, times)).kind).toBe("in-flight");
  });

  test("is bound to tenant, API key and route", async () => {
    const asked = request();
    await store.claim(asked, times);

    for (const other of [{ tenantId: 2 as TenantId }, { keyId: newId() }, { route: "createWorkflow" }]) {
      expect((await store.claim({ ...asked, ...other }, times)).kind).toBe("claimed");
    }
  });

  test("that has expired is forgotten", async () => {
    const asked = request();
    const claim = await store.claim(asked, { lockMs: 60_000, keepMs: 0 });
    if (claim.kind !== "claimed") throw new Error("expected a claim");
    await store.store(asked, claim.owner, Buffer.from("old"));

    expect((await store.claim({ ...asked, requestHash: Buffer.from("new") }, times)).kind).toBe("claimed");
  });
});

test("expired rows are deleted, as many at a time as asked for", async () => {
  await store.deleteExpired(1_000);
  for (const key of ["a", "b", "c"]) await store.claim(request({ key }), { lockMs: 0, keepMs: 0 });

  expect(await store.deleteExpired(2)).toBe(2);
  expect(await store.deleteExpired(2)).toBe(1);
  expect(await store.deleteExpired(2)).toBe(0);
});
