import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { admitsEvent, Backlog, restoreBacklog } from "./backlog.ts";
import { type AttemptId, decodeRecords, encodeRecord, type JobOutcome, type OutboxRecord } from "./outbox-record.ts";

const id: AttemptId = { jobId: "7", attempt: 2, sessionId: "s1" };
const at = "2026-01-01T00:00:00.000Z";
const log = (text: string) => ({ type: "log", at, data: { text } });
const done: JobOutcome = { kind: "complete", result: { report: 1 } };

describe("Backlog", () => {
  test("says events first, in order, then the outcome, and forgets what was acknowledged", () => {
    const backlog = new Backlog(id);
    for (const text of ["a", "b", "c"]) backlog.add(log(text), true);
    backlog.settle(done, at);

    expect(backlog.next(2)).toMatchObject({ kind: "events", events: [{ seq: 1 }, { seq: 2 }] });
    backlog.acknowledge(2);
    expect(backlog.next(2)).toMatchObject({ kind: "events", events: [{ seq: 3, data: { text: "c" } }] });
    backlog.acknowledge(3);
    expect(backlog.next(2)).toEqual({ kind: "outcome", outcome: done });
    expect(backlog.bytes).toBe(0);
  });

  test("counts what it had to drop and says so before the next event", () => {
    const backlog = new Backlog(id);
    backlog.add(log("kept"), true);
    backlog.add(log("gone"), false);
    backlog.add(log("gone too"), false);
    backlog.add(log("kept again"), true);
    backlog.add(log("gone"), false);
    backlog.settle(done, at);

    expect(backlog.next(10)).toMatchObject({
      events: [
        { seq: 1, type: "log" },
        { seq: 2, type: "outbox.dropped", data: { count: 2 } },
        { seq: 3, type: "log" },
        { seq: 4, type: "outbox.dropped", data: { count: 1 } },
      ],
    });
  });

  test("keeps the first outcome and nothing after it", () => {
    const backlog = new Backlog(id);
    backlog.settle(done, at);

    expect(backlog.settle({ kind: "release", started: true, reason: "late" }, at)).toEqual([]);
    expect(backlog.add(log("late"), true)).toEqual([]);
    expect(backlog.next(1)).toEqual({ kind: "outcome", outcome: done });
  });

  test("notes the size of an event that is too large instead of keeping it", () => {
    const backlog = new Backlog(id);
    backlog.add(log("x".repeat(300_000)), true);

    expect(backlog.next(1)).toMatchObject({
      events: [{ seq: 1, type: "log", data: { sizeBytes: expect.any(Number) } }],
    });
    expect(backlog.bytes).toBeLessThan(1_000);
  });
});

describe("admitsEvent", () => {
  test.each([
    { type: "log", used: 99, expected: true },
    { type: "log", used: 100, expected: false },
    { type: "progress", used: 100, expected: false },
    { type: "node.failed", used: 100, expected: true },
    { type: "node.failed", used: 199, expected: true },
    { type: "node.failed", used: 200, expected: false },
  ])("$type at $used of 100 bytes: $expected", ({ type, used, expected }) => {
    expect(admitsEvent(type, used, 100)).toBe(expected);
  });
});

describe("what a crash leaves", () => {
  test.each([
    { text: "", records: 0, isWhole: true },
    { text: '{"kind":"acked","seq":3}\n', records: 1, isWhole: true },
    { text: '{"kind":"acked","seq":3}\n{"kind":"ack', records: 1, isWhole: false },
    { text: '{"kind":"acked","seq":3}\n{"kind":"acked","seq":4}', records: 1, isWhole: false },
    { text: '{"kind":"acked","seq":3}\n\u0000\u0000\n{"kind":"acked","seq":4}\n', records: 1, isWhole: false },
    { text: '{"kind":"dance"}\n', records: 0, isWhole: false },
  ])("$text", ({ text, records, isWhole }) => {
    const read = decodeRecords(text);

    expect(read.records).toHaveLength(records);
    expect(read.isWhole).toBe(isWhole);
  });

  test("without its first line a file says nothing", () => {
    expect(restoreBacklog([])).toBeUndefined();
    expect(restoreBacklog([{ kind: "acked", seq: 1 }])).toBeUndefined();
  });

  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("add" as const), text: fc.string(), admit: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("send" as const), limit: fc.integer({ min: 1, max: 3 }) }) },
    { weight: 1, arbitrary: fc.constant({ kind: "compact" as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: "sync" as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: "settle" as const }) },
  );

  prop.prop([fc.array(step, { maxLength: 40 }), fc.double({ min: 0, max: 1, noNaN: true })])(
    "wherever the file is cut, order is kept, nothing synced is lost and the receiver has each event once",
    (steps, cutAt) => {
      const backlog = new Backlog(id);
      let file = encodeRecord({ kind: "attempt", id, nextSeq: 1 });
      let syncedLength = file.length;
      let syncedSeq = 0;
      let syncedOutcome = false;
      let lastSeq = 0;
      const received = new Map<number, string>();
      const write = (records: readonly OutboxRecord[]): void => {
        file += records.map(encodeRecord).join("");
        for (const record of records) if (record.kind === "event") lastSeq = record.event.seq;
      };
      for (const item of steps) {
        if (item.kind === "add") write(backlog.add(log(item.text), item.admit));
        if (item.kind === "settle") write(backlog.settle(done, at));
        if (item.kind === "compact") file = backlog.snapshot().map(encodeRecord).join("");
        if (item.kind === "settle" || item.kind === "compact" || item.kind === "sync") {
          syncedLength = file.length;
          syncedSeq = lastSeq;
          syncedOutcome = backlog.outcome !== undefined;
        }
        const message = item.kind === "send" ? backlog.next(item.limit) : undefined;
        if (message?.kind === "events") {
          for (const event of message.events) received.set(event.seq, JSON.stringify(event));
          write(backlog.acknowledge(message.events.at(-1)?.seq ?? 0));
        }
      }

      const cut = Math.round(syncedLength + (file.length - syncedLength) * cutAt);
      const restored = restoreBacklog(decodeRecords(file.slice(0, cut)).records);
      if (restored === undefined) throw new Error("the first line was synced");
      const receivedBefore = received.size;
      let previous = 0;
      for (let message = restored.next(2); message?.kind === "events"; message = restored.next(2)) {
        for (const event of message.events) {
          expect(event.seq).toBeGreaterThan(previous);
          previous = event.seq;
          const stored = received.get(event.seq);
          if (stored !== undefined) expect(JSON.stringify(event)).toBe(stored);
          received.set(event.seq, JSON.stringify(event));
        }
        restored.acknowledge(previous);
      }

      expect([...received.keys()].toSorted((a, b) => a - b)).toEqual(
        Array.from(received.keys(), (_, index) => index + 1),
      );
      expect(received.size).toBeGreaterThanOrEqual(Math.max(syncedSeq, receivedBefore));
      if (syncedOutcome) expect(restored.outcome).toEqual(done);
    },
  );
});
