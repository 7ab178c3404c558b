import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { isDueToForget, isDueToTurn, isOverdue, type StoredPartition, turnAfterMs } from "./partition-plan.ts";

const DAY_MS = 86_400_000;
const now = new Date("2026-03-10T12:00:00Z");
const daysAgo = (days: number): Date => new Date(now.getTime() - days * DAY_MS);
const part = (known: Partial<StoredPartition>): StoredPartition => ({
  firstId: "1",
  lastId: "100",
  isKept: false,
  ...known,
});

describe("the partition that is in use is left for the next", () => {
  test.each([
    { title: "after an eighth of the retention", known: { openedAt: daysAgo(4) }, days: 32, due: true },
    { title: "not before", known: { openedAt: daysAgo(3.9) }, days: 32, due: false },
    { title: "not while nothing is in it", known: {}, days: 32, due: false },
    { title: "not twice", known: { openedAt: daysAgo(9), closedAt: daysAgo(5) }, days: 32, due: false },
    { title: "never when all is kept", known: { openedAt: daysAgo(900) }, days: 0, due: false },
  ])("$title", ({ known, days, due }) => {
    expect(isDueToTurn(part(known), now, days)).toBe(due);
  });
});

describe("a partition is forgotten", () => {
  test.each([
    { title: "when its last job ended long enough ago", known: { settledAt: daysAgo(30) }, days: 30, due: true },
    { title: "not before", known: { settledAt: daysAgo(29.9) }, days: 30, due: false },
    { title: "not while a job of it may run", known: { closedAt: daysAgo(90) }, days: 30, due: false },
    {
      title: "not when it is what is left of others",
      known: { settledAt: daysAgo(90), isKept: true },
      days: 30,
      due: false,
    },
    { title: "never when all is kept", known: { settledAt: daysAgo(900) }, days: 0, due: false },
  ])("$title", ({ known, days, due }) => {
    expect(isDueToForget(part(known), now, days)).toBe(due);
  });
});

test.each([
  { title: "twice its retention after it was closed", known: { closedAt: daysAgo(60) }, overdue: true },
  { title: "not before", known: { closedAt: daysAgo(59) }, overdue: false },
  { title: "not what is left of others", known: { closedAt: daysAgo(90), isKept: true }, overdue: false },
])("a partition is overdue: $title", ({ known, overdue }) => {
  expect(isOverdue(part(known), now, 30)).toBe(overdue);
});

/** Days of a year of upkeep, one pass a day, with jobs that end at once: how many partitions there are at most. */
function mostPartitions(retentionDays: number): number {
  let partitions: StoredPartition[] = [];
  let most = 0;
  for (let day = 0; day < 4 * retentionDays; day += retentionDays / 64) {
    const at = new Date(now.getTime() + day * DAY_MS);
    partitions = partitions.filter((known) => !isDueToForget(known, at, retentionDays));
    partitions = partitions.map((known) =>
      isDueToTurn(known, at, retentionDays) ? { ...known, closedAt: at, settledAt: at } : known,
    );
    if (partitions.every(({ closedAt }) => closedAt !== undefined)) partitions.push(part({ openedAt: at }));
    most = Math.max(most, partitions.length);
  }
  return most;
}

describe("whatever the retention", () => {
  prop.prop([fc.integer({ min: 1, max: 3_650 })])("there are a dozen partitions at most", (days) => {
    expect(mostPartitions(days)).toBeLessThanOrEqual(12);
  });

  prop.prop([fc.integer({ min: 1, max: 3_650 }), fc.double({ min: 0, max: 10_000, noNaN: true })])(
    "no job is forgotten before its time, nor is a partition that is still in use",
    (days, settledDaysAgo) => {
      const settled = part({
        openedAt: daysAgo(20_000),
        closedAt: daysAgo(15_000),
        settledAt: daysAgo(settledDaysAgo),
      });

      // Half a second for what is lost between days and milliseconds.
      if (isDueToForget(settled, now, days))
        expect(settledDaysAgo * DAY_MS).toBeGreaterThanOrEqual(days * DAY_MS - 500);
      expect(isDueToForget(part({ openedAt: daysAgo(settledDaysAgo) }), now, days)).toBe(false);
      expect(turnAfterMs(days)).toBeGreaterThan(0);
    },
  );
});
