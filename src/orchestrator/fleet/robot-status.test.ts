import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { robotStatus } from "./robot-status.ts";

const now = new Date("2026-01-01T00:01:00Z");
const ago = (ms: number): Date => new Date(now.getTime() - ms);

describe("robotStatus", () => {
  test.each([
    { connected: true, seen: 0, running: 0, max: 1, expected: "idle" },
    { connected: true, seen: 0, running: 1, max: 2, expected: "busy" },
    { connected: true, seen: 0, running: 1, max: 1, expected: "full" },
    { connected: true, seen: 0, running: 3, max: 2, expected: "full" },
    { connected: true, seen: 29_999, running: 0, max: 1, expected: "idle" },
    { connected: true, seen: 30_000, running: 0, max: 1, expected: "offline" },
    { connected: true, seen: 90_000, running: 1, max: 1, expected: "offline" },
    { connected: false, seen: 0, running: 0, max: 1, expected: "offline" },
    { connected: false, seen: 0, running: 1, max: 1, expected: "offline" },
  ])("connected $connected, seen $seen ms ago, $running of $max → $expected", (row) => {
    const record = {
      connected: row.connected,
      lastSeenAt: ago(row.seen),
      runningJobs: row.running,
      maxConcurrentJobs: row.max,
    };

    expect(robotStatus(record, now, 30_000)).toBe(row.expected);
  });

  prop.prop([fc.boolean(), fc.nat(100_000), fc.nat(20), fc.integer({ min: 1, max: 20 })])(
    "a robot is offline exactly when it left or fell silent, whatever it was doing",
    (connected, seenMs, runningJobs, maxConcurrentJobs) => {
      const record = { connected, lastSeenAt: ago(seenMs), runningJobs, maxConcurrentJobs };

      expect(robotStatus(record, now, 30_000) === "offline").toBe(!connected || seenMs >= 30_000);
    },
  );
});
