import { expect, test } from "vitest";
import { AppError } from "../core/errors.ts";
import type { TenantId } from "../core/ids.ts";
import { createGroupCommit } from "./group-commit.ts";

const tenant = 1 as TenantId;
const lost = new AppError("X", { status: 503, retryable: true, message: () => "connection lost" }, {});

/** Writes that wait to be let through. */
function openWriter(outcome: (items: readonly string[]) => Error | undefined = () => undefined) {
  const writes: (readonly string[])[] = [];
  const gates: (() => void)[] = [];
  const append = createGroupCommit<string>(async (_tenantId, items) => {
    writes.push(items);
    if (writes.length === 1) {
      await new Promise<void>((resolve) => {
        gates.push(resolve);
      });
    }
    const error = outcome(items);
    if (error) throw error;
  });
  return { append, writes, release: () => gates.shift()?.() };
}

test("what comes while a write is under way goes into the next one together", async () => {
  const { append, writes, release } = openWriter();

  const all = [append(tenant, ["a"]), append(tenant, ["b", "c"]), append(tenant, ["d"])];
  release();
  await Promise.all(all);
  await append(tenant, ["e"]);

  expect(writes).toEqual([["a"], ["b", "c", "d"], ["e"]]);
});

test("a write that is refused is repeated for each caller alone", async () => {
  const { append, writes, release } = openWriter((items) => (items.includes("bad") ? new Error("refused") : undefined));

  const all = Promise.allSettled([append(tenant, ["a"]), append(tenant, ["bad"]), append(tenant, ["c"])]);
  release();

  expect((await all).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(writes).toEqual([["a"], ["bad", "c"], ["bad"], ["c"]]);
});

test("a write that may have been done is not repeated", async () => {
  const { append, writes, release } = openWriter((items) => (items.includes("b") ? lost : undefined));

  const all = Promise.allSettled([append(tenant, ["a"]), append(tenant, ["b"]), append(tenant, ["c"])]);
  release();

  expect((await all).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  expect(writes).toEqual([["a"], ["b", "c"]]);
});

test("tenants do not wait for each other, and a burst is cut into writes of a limited size", async () => {
  const { append, writes, release } = openWriter();

  const first = append(tenant, ["a"]);
  await append(2 as TenantId, ["other"]);
  const burst = [1, 2, 3].map((part) =>
    append(
      tenant,
      Array.from({ length: 900 }, () => `p${part}`),
    ),
  );
  release();
  await Promise.all([first, ...burst]);

  expect(writes.map((items) => items.length)).toEqual([1, 1, 1_800, 900]);
});
