import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { jsonSizeBytes } from "../core/json.ts";
import type { RunReport } from "../execution/index.ts";
import { brokenOutcome, diedOutcome, fitReport, isKeptWhole, outcomeOf, type StopReason } from "./job-outcome.ts";

const base: RunReport = {
  status: "completed",
  reached: ["start"],
  unreached: [],
  nodes: { start: { runs: 1, failures: 0, durationMs: 3 } },
  variables: { total: 7 },
  toleratedErrors: [],
  durationMs: 5,
};
const error = { code: "NODE_FAILED", message: "it broke", node: "click_1", port: "selector", retryable: false };

describe("outcomeOf", () => {
  test("a completed run completes the job with its report", () => {
    expect(outcomeOf(base, { jobId: "7", stop: undefined })).toEqual({
      kind: "complete",
      result: { report: { ...base } },
    });
  });

  test("a run that completed although its end was asked for has completed", () => {
    expect(outcomeOf(base, { jobId: "7", stop: "cancelled" })).toMatchObject({ kind: "complete" });
    expect(outcomeOf(base, { jobId: "7", stop: "shutdown" })).toMatchObject({ kind: "complete" });
    expect(outcomeOf(base, { jobId: "7", stop: "lease-expired" })).toMatchObject({ kind: "complete" });
  });

  test.each([
    { status: "failed", retryable: false, errorClass: "permanent" },
    { status: "failed", retryable: true, errorClass: "transient" },
    { status: "timed_out", retryable: true, errorClass: "timeout" },
  ] as const)("$status, retryable $retryable: $errorClass, with node and port", ({ status, retryable, errorClass }) => {
    const report: RunReport = { ...base, status, error: { ...error, retryable } };

    expect(outcomeOf(report, { jobId: "7", stop: undefined })).toMatchObject({
      kind: "fail",
      error: { code: "NODE_FAILED", message: "it broke", errorClass, details: { node: "click_1", port: "selector" } },
      result: { report: { status } },
    });
  });

  test.each<[StopReason | undefined, object | undefined]>([
    ["cancelled", { kind: "fail", error: { code: "AGENT_JOB_CANCELLED", errorClass: "cancelled" } }],
    [undefined, { kind: "fail", error: { code: "AGENT_JOB_CANCELLED", errorClass: "cancelled" } }],
    ["lease-expired", { kind: "fail", error: { code: "AGENT_LEASE_EXPIRED", errorClass: "lost-lease" } }],
    ["shutdown", { kind: "release", started: true }],
  ])("a run stopped because of %s", (stop, expected) => {
    expect(outcomeOf({ ...base, status: "cancelled" }, { jobId: "7", stop })).toMatchObject(expected ?? {});
  });

  test.each(["completed", "failed", "cancelled"] as const)("of a lost job nothing is told: %s", (status) => {
    expect(outcomeOf({ ...base, status }, { jobId: "7", stop: "lost" })).toBeUndefined();
  });
});

describe("fitReport", () => {
  test("leaves out values when they are too large, and says so", () => {
    const fitted = fitReport({ ...base, variables: { text: "x".repeat(2_000_000) } });

    expect(fitted).toMatchObject({ status: "completed", variables: {}, variablesOmitted: true });
  });

  test("leaves out what nests too deep", () => {
    let deep: RunReport["variables"][string] = 1;
    for (let level = 0; level < 100; level++) deep = [deep];

    expect(fitReport({ ...base, variables: { deep, flat: 1 } })["variables"]).toEqual({
      deep: expect.stringContaining("omitted"),
      flat: 1,
    });
  });

  test("keeps at least status and error", () => {
    const reached = Array.from({ length: 40_000 }, (_, index) => `a_node_with_a_long_name_${index}`);

    expect(fitReport({ ...base, status: "failed", error, reached })).toEqual({
      status: "failed",
      durationMs: 5,
      omitted: expect.any(String),
      error,
    });
  });

  test.each<[string, RunReport["variables"], boolean]>([
    ["small", { a: 1 }, true],
    ["large", { a: "x".repeat(262_144) }, false],
    ["deep", { a: Array.from({ length: 60 }).reduce<RunReport["variables"][string]>((inner) => [inner], 1) }, false],
  ])("tells whether the report is kept whole: %s", (_, variables, expected) => {
    expect(isKeptWhole({ ...base, variables })).toBe(expected);
  });

  prop.prop([fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), fc.nat(1_500_000)], { numRuns: 10 })(
    "whatever a run leaves behind fits into the queue",
    (variables, length) => {
      const report = { ...base, variables: { ...variables, long: "y".repeat(length) } } as RunReport;

      expect(jsonSizeBytes({ report: fitReport(report) })).toBeLessThan(1_048_576);
    },
  );
});

test("a defect of the robot is permanent, its full disk and its death are not", () => {
  const job = { id: { jobId: "7" }, workDir: "/home/jobs/7-1" };
  const diskFull = Object.assign(new Error("ENOSPC: no space left on device"), { errno: -28, code: "ENOSPC" });

  expect(brokenOutcome(job, new TypeError("x is undefined"))).toMatchObject({
    error: { code: "AGENT_RUN_BROKEN", errorClass: "permanent" },
  });
  expect(brokenOutcome(job, diskFull)).toMatchObject({
    error: { code: "AGENT_FOLDER_UNUSABLE", message: expect.stringContaining("ENOSPC"), errorClass: "transient" },
  });
  expect(diedOutcome("7")).toMatchObject({ error: { code: "AGENT_ROBOT_DIED", errorClass: "transient" } });
});
