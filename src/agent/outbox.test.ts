import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Outbox, openOutbox } from "./outbox.ts";
import type { JobOutcome } from "./outbox-record.ts";

let folder: string;
let lines: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "casare-outbox-"));
  lines = [];
});
afterEach(() => rm(folder, { recursive: true }));

const note = (_facts: object, text: string): void => void lines.push(text);
const log = { debug: note, info: note, warn: note, error: note };
const open = (limitBytes = 1_000_000): Promise<Outbox> => openOutbox({ folder, limitBytes, log });
const id = { jobId: "7", attempt: 1, sessionId: "s1" };
const at = "2026-01-01T00:00:00.000Z";
const event = (text: string) => ({ type: "log", at, data: { text } });
const done: JobOutcome = { kind: "complete", result: { ok: true } };

test("has an outcome on disk before it is considered queued", async () => {
  const attempt = (await open()).begin(id);
  attempt.add(event("a"));
  const settled = attempt.settle(done, new Date(at));
  expect(attempt.outcome).toBeUndefined();

  await settled;
  const [restored] = (await open()).attempts;

  expect(restored?.id).toEqual(id);
  expect(restored?.outcome).toEqual(done);
  expect(restored?.next()).toMatchObject({ kind: "events", events: [{ seq: 1, data: { text: "a" } }] });
});

test("writes events without being asked, soon", async () => {
  const outbox = await open();
  outbox.begin(id).add(event("a"));

  await vi.waitFor(async () => expect(await readdir(folder)).toEqual(["0000000000000000007-1.jsonl"]));
  expect((await open()).attempts[0]?.pendingEvents).toBe(1);
});

test("goes on with a file that a crash has torn", async () => {
  const first = await open();
  const attempt = first.begin(id);
  attempt.add(event("a"));
  await first.close();
  const [name = ""] = await readdir(folder);
  await appendFile(join(folder, name), '{"kind":"event","event":{"seq":2,"at":"20');

  const second = await open();
  const [restored] = second.attempts;
  await restored?.settle(done, new Date(at));
  await second.close();

  const [again] = (await open()).attempts;
  expect(again?.pendingEvents).toBe(1);
  expect(again?.outcome).toEqual(done);
});

test("remembers what was acknowledged", async () => {
  const first = await open();
  const attempt = first.begin(id);
  for (const text of ["a", "b", "c"]) attempt.add(event(text));
  attempt.acknowledge(2);
  await first.close();

  expect((await open()).attempts[0]?.next()).toMatchObject({ events: [{ seq: 3 }] });
});

test("deletes the file of an attempt that is done, and ignores what comes after", async () => {
  const outbox = await open();
  const attempt = outbox.begin(id);
  await attempt.settle(done, new Date(at));

  await attempt.discard();
  attempt.add(event("late"));
  await outbox.close();

  expect(outbox.attempts).toEqual([]);
  expect(attempt.next()).toBeUndefined();
  expect(await readdir(folder)).toEqual([]);
});

test("writes a file anew when most of it was acknowledged", async () => {
  const outbox = await open(100_000_000);
  const attempt = outbox.begin(id);
  for (let seq = 1; seq <= 25; seq++) attempt.add(event("x".repeat(200_000)));
  await vi.waitFor(async () => {
    const [name = ""] = await readdir(folder);
    expect((await readFile(join(folder, name))).length).toBeGreaterThan(4_500_000);
  });

  attempt.acknowledge(24);
  await outbox.close();

  const [name = ""] = await readdir(folder);
  expect((await readFile(join(folder, name))).length).toBeLessThan(300_000);
  const [restored] = (await open()).attempts;
  expect(restored?.next()).toMatchObject({ events: [{ seq: 25 }] });
});

test("stays within its bounds: chatter is dropped and counted, outcomes never", async () => {
  const outbox = await open(2_000);
  const attempt = outbox.begin(id);
  for (let n = 0; n < 100; n++) attempt.add(event("x".repeat(100)));
  attempt.add({ type: "node.finished", at, data: { node: "n1" } });
  await attempt.settle(done, new Date(at));

  const message = attempt.next();
  const events = message?.kind === "events" ? message.events : [];
  const dropped = events.find((item) => item.type === "outbox.dropped");
  expect(events.filter((item) => item.type === "log").length + Number(dropped?.data["count"])).toBe(100);
  expect(events.at(-1)?.type).toBe("node.finished");
  expect(attempt.outcome).toEqual(done);
});

test("puts aside what it does not understand and removes half-written copies", async () => {
  await writeFile(join(folder, "0000000000000000008-1.jsonl"), "garbage\n");
  await writeFile(join(folder, "0000000000000000009-1.jsonl.new"), "half");

  expect((await open()).attempts).toEqual([]);
  expect(await readdir(folder)).toEqual(["0000000000000000008-1.jsonl.bad"]);
  expect(lines).toEqual(["outbox file not understood and put aside"]);
});

test("when the disk refuses, the outcome is still sent from memory, and written once it can be", async () => {
  const outbox = await open();
  const attempt = outbox.begin(id);
  await rm(folder, { recursive: true });

  await attempt.settle(done, new Date(at));

  expect(attempt.next()).toEqual({ kind: "outcome", outcome: done });
  expect(lines).toContain("outbox cannot be written");
  await open(); // makes the folder again
  await outbox.close();
  expect((await open()).attempts[0]?.outcome).toEqual(done);
});

test("tells its listeners that there is something to send", async () => {
  const outbox = await open();
  const heard: string[] = [];
  outbox.onChange((attempt) => heard.push(attempt.id.jobId));

  const attempt = outbox.begin(id);
  attempt.add(event("a"));
  await attempt.settle(done, new Date(at));
  await outbox.close();

  expect(heard).toEqual(["7", "7"]);
});
