import { expect, test } from "vitest";
import { createLanes } from "./lanes.ts";

function gate(): { readonly opened: Promise<void>; open: () => void } {
  const parts: { open: () => void } = { open: () => undefined };
  const opened = new Promise<void>((resolve) => {
    parts.open = resolve;
  });
  return { opened, open: () => parts.open() };
}

test("keeps the order within a lane and lets lanes pass each other", async () => {
  const done: string[] = [];
  const lanes = createLanes(
    () => undefined,
    () => undefined,
  );
  const slow = gate();
  lanes.run("a", async () => {
    await slow.opened;
    done.push("a1");
    lanes.run("b", async () => void done.push("b2"));
  });
  lanes.run("a", async () => void done.push("a2"));
  lanes.run("b", async () => void done.push("b1"));
  expect(lanes.size).toBe(3);

  slow.open();
  await lanes.idle();
  await lanes.idle();

  expect(done).toEqual(["b1", "a1", "a2", "b2"]);
  expect(lanes.size).toBe(0);
});

test("a piece of work that fails does not stop its lane", async () => {
  const faults: unknown[] = [];
  const done: string[] = [];
  const lanes = createLanes(
    () => done.push("settled"),
    (error) => faults.push(error),
  );

  lanes.run("a", () => Promise.reject(new Error("broken")));
  lanes.run("a", async () => void done.push("next"));
  await lanes.idle();

  expect(faults).toEqual([new Error("broken")]);
  expect(done).toEqual(["settled", "next", "settled"]);
});
