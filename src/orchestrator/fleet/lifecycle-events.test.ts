import { describe, expect, test } from "vitest";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import type { JobFailure } from "../../queue/index.ts";
import { type AttemptEnd, claimedEvent, endEvent, endOfOutcome } from "./lifecycle-events.ts";

const source = { lease: { tenantId: DEFAULT_TENANT, jobId: "7", attempt: 2, sessionId: "s1" }, robotId: "r1" };
const error: JobFailure = { code: "X", message: "no", errorClass: "transient", details: { node: "n1" } };
const about = { jobId: "7", attempt: 2, robotId: "r1" };

test("a claim opens the story of an attempt", () => {
  expect(claimedEvent(source, { robot: "anna" })).toEqual({
    ...about,
    type: "job.claimed",
    sourceSeq: 0,
    data: { robot: "anna" },
  });
});

describe("endEvent", () => {
  test.each<[AttemptEnd, string, object]>([
    [{ kind: "completed" }, "job.completed", {}],
    [{ kind: "released", reason: "stop" }, "job.released", { reason: "stop" }],
    [
      { kind: "retrying", runAt: new Date("2026-01-01T00:00:05Z"), error },
      "job.retrying",
      { runAt: "2026-01-01T00:00:05.000Z", error },
    ],
    [{ kind: "retrying", error }, "job.retrying", { error }],
    [{ kind: "failed", error }, "job.failed", { error }],
    [{ kind: "cancelled", error }, "job.cancelled", { error }],
    [{ kind: "timed_out", error }, "job.timed-out", { error }],
  ])("%j is told as %s, once per attempt", (end, type, data) => {
    expect(endEvent(source, end)).toEqual({ ...about, type, sourceSeq: 2_000_000_001, data });
  });
});

describe("endOfOutcome", () => {
  test.each([
    ["failed", { kind: "retrying", error }],
    ["dead", { kind: "failed", error }],
    ["cancelled", { kind: "cancelled", error }],
    ["timed_out", { kind: "timed_out", error }],
    ["running", undefined],
    ["completed", undefined],
    ["lost", undefined],
    ["released", undefined],
  ] as const)("an attempt kept as %s", (outcome, expected) => {
    expect(endOfOutcome(outcome, error)).toEqual(expected);
  });
});
