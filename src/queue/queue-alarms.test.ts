import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { alarmChanges, type QueueReadings, queueAlarms } from "./queue-alarms.ts";

const limits = { horizonMs: 300_000, deadRows: 100_000 };
const well: QueueReadings = {
  holders: [{ kind: "session", name: "7", transactions: 10, heldMs: 300_000 }],
  tables: [{ name: "queue_ready", liveRows: 5, deadRows: 100_000, sizeBytes: 200_000_000 }],
  idsAhead: 50_000_000,
  overdue: [],
};
const closedAt = new Date("2026-01-01T00:00:00Z");
const table = { name: "queue_active", liveRows: 0, deadRows: 0, sizeBytes: 0 };

describe("alarms", () => {
  test("there are none while all is within its limits", () => {
    expect(queueAlarms(well, limits)).toEqual([]);
  });

  test.each<[string, Partial<QueueReadings>, string, string]>([
    [
      "a transaction that is open for too long",
      { holders: [{ kind: "session", name: "7", transactions: 1, heldMs: 300_001 }] },
      "QUEUE_HORIZON_HELD",
      "session 7",
    ],
    [
      "a prepared transaction that nobody finishes",
      { holders: [{ kind: "prepared", name: "x", transactions: 1, heldMs: 900_000 }] },
      "QUEUE_HORIZON_HELD",
      "prepared x",
    ],
    [
      "a replication slot far behind",
      { holders: [{ kind: "slot", name: "cdc", transactions: 1_000_001 }] },
      "QUEUE_HORIZON_HELD",
      "slot cdc",
    ],
    [
      "a standby far behind",
      { holders: [{ kind: "standby", name: "9", transactions: 1_000_001 }] },
      "QUEUE_HORIZON_HELD",
      "standby 9",
    ],
    ["dead rows", { tables: [{ ...table, deadRows: 100_001 }] }, "QUEUE_DEAD_ROWS", "queue_active"],
    ["a large table with few rows", { tables: [{ ...table, sizeBytes: 300_000_000 }] }, "QUEUE_BLOAT", "queue_active"],
    ["ids that are about to have no partition", { idsAhead: 49_999_999 }, "QUEUE_PARTITIONS_MISSING", "queue_job"],
    [
      "a partition that cannot be dropped",
      { overdue: [{ firstId: "1", lastId: "9", closedAt }] },
      "QUEUE_RETENTION_HELD",
      "jobs 1 to 9",
    ],
  ])("%s", (_title, reading, code, subject) => {
    expect(queueAlarms({ ...well, ...reading }, limits)).toMatchObject([{ code, subject }]);
  });

  test("a table that is large because it holds much is none", () => {
    const tables = [{ ...table, liveRows: 2_000_000, sizeBytes: 500_000_000 }];

    expect(queueAlarms({ ...well, tables }, limits)).toEqual([]);
  });

  prop.prop([fc.array(fc.record({ name: fc.string(), liveRows: fc.nat(), deadRows: fc.nat(), sizeBytes: fc.nat() }))])(
    "a table with more dead rows than are allowed is always among them, and no other",
    (tables) => {
      const told = queueAlarms({ ...well, tables }, limits).filter(({ code }) => code === "QUEUE_DEAD_ROWS");

      expect(told.map(({ subject }) => subject)).toEqual(
        tables.filter(({ deadRows }) => deadRows > limits.deadRows).map(({ name }) => name),
      );
    },
  );
});

describe("changes of alarms", () => {
  const alarm = fc.record({
    code: fc.constantFrom("QUEUE_BLOAT" as const, "QUEUE_DEAD_ROWS" as const),
    subject: fc.constantFrom("a", "b", "c"),
  });
  const alarms = fc.uniqueArray(alarm, { selector: ({ code, subject }) => code + subject });

  prop.prop([alarms, alarms])("turn the alarms of before into those of now", (before, now) => {
    const { raised, cleared } = alarmChanges(before, now);

    const stayed = before.filter((one) => !cleared.includes(one));
    const keys = (list: typeof now): string[] => list.map(({ code, subject }) => code + subject).toSorted();
    expect(keys([...stayed, ...raised])).toEqual(keys(now));
  });

  prop.prop([alarms])("are none when nothing changed", (same) => {
    expect(alarmChanges(same, [...same])).toEqual({ raised: [], cleared: [] });
  });
});
