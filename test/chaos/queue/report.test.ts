import { describe, expect, test } from "vitest";
import { findViolations } from "./invariants.ts";
import { countEvidence, describeViolations } from "./report.ts";
import { soundEvidence } from "./sound-evidence.ts";

describe("countEvidence", () => {
  test("squares handler starts with attempts", () => {
    const counts = countEvidence(soundEvidence());

    expect(counts).toMatchObject({
      offered: 11,
      acknowledged: 11,
      jobs: 13,
      outcomes: { completed: 9, failed: 2, cancelled: 1, timed_out: 1 },
      handlerStarts: 14,
      attempts: 16,
      neverStarted: { lost: 1, released: 1 },
      spared: 1,
      rejectedWords: 1,
      limitedJobs: 2,
      fullKeys: 1,
    });
    expect(counts.attempts).toBe(counts.handlerStarts + 2);
  });
});

describe("describeViolations", () => {
  test("names the promise and shows examples", () => {
    const text = describeViolations(findViolations({ ...soundEvidence(), incidents: ["worker-0-1 ended by itself"] }));

    expect(text).toMatch(/^broken: processes-behave \(1\): .*\n {2}worker-0-1 ended by itself$/);
  });

  test("says nothing of a good run", () => {
    expect(describeViolations([])).toBe("");
  });
});
