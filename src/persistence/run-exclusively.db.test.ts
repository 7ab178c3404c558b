import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../test/support/postgres.ts";
import { runExclusively } from "./run-exclusively.ts";

let opened: TestDatabase;
beforeAll(async () => {
  opened = await openTestDatabase();
});
afterAll(() => opened.close());

/** A promise that is settled from outside. */
function gate(): { readonly passed: Promise<void>; open: () => void } {
  const parts = { open: (): void => undefined };
  const passed = new Promise<void>((resolve) => {
    parts.open = resolve;
  });
  return { passed, open: () => parts.open() };
}

test("work is not started while somebody else does it, and again afterwards", async () => {
  const { database } = opened;
  const started = gate();
  const done = gate();
  let runs = 0;

  const first = runExclusively(database, "upkeep", async () => {
    runs++;
    started.open();
    await done.passed;
  });
  await started.passed;
  const second = await runExclusively(database, "upkeep", async () => void runs++);
  done.open();

  expect(second).toBe(false);
  expect(await first).toBe(true);
  expect(await runExclusively(database, "upkeep", async () => void runs++)).toBe(true);
  expect(runs).toBe(2);
});

test("work that fails leaves the duty free", async () => {
  await expect(
    runExclusively(opened.database, "upkeep", () => Promise.reject(new RangeError("broken"))),
  ).rejects.toThrow("broken");
  expect(await runExclusively(opened.database, "upkeep", async () => undefined)).toBe(true);
});
