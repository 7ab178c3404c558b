import { Ansis } from "ansis";
import { describe, expect, test } from "vitest";
import type { RunReport } from "../../execution/index.ts";
import { exitCodeOfRun, renderRun, toRunDocument } from "./run-document.ts";

const report: RunReport = {
  status: "completed",
  reached: ["a"],
  unreached: [],
  nodes: { a: { runs: 1, failures: 0, durationMs: 2 } },
  variables: { x: 1 },
  toleratedErrors: [],
  durationMs: 12.3,
};
const error = (code: string) => ({ code, message: "no such file", node: "a", port: "path", retryable: false });

describe("exitCodeOfRun", () => {
  test.each([
    ["completed", undefined, 0],
    ["failed", "NODE_FILE_NOT_FOUND", 1],
    ["failed", undefined, 1],
    ["failed", "WORKFLOW_VARIABLE_INVALID", 6],
    ["failed", "BROWSER_NOT_FOUND", 69],
    ["cancelled", undefined, 130],
    ["timed_out", "WORKFLOW_VARIABLE_INVALID", 124],
  ] as const)("%s with %s exits with %d", (status, code, exitCode) => {
    expect(exitCodeOfRun({ status, ...(code !== undefined && { error: error(code) }) })).toBe(exitCode);
  });
});

describe("toRunDocument", () => {
  test("holds what scripts go by, and no error where there is none", () => {
    expect(toRunDocument(report, [])).toEqual({
      status: "completed",
      reached: ["a"],
      unreached: [],
      variables: { x: 1 },
      toleratedErrors: [],
      durationMs: 12,
      issues: [],
    });
  });

  test("names code, message, node and port of the error", () => {
    expect(toRunDocument({ ...report, status: "failed", error: error("X") }, []).error).toEqual({
      code: "X",
      message: "no such file",
      node: "a",
      port: "path",
    });
  });
});

describe("renderRun", () => {
  test("tells the outcome, the error, what was tolerated, and what never ran", () => {
    const document = toRunDocument(
      {
        ...report,
        status: "failed",
        error: error("X"),
        toleratedErrors: [error("Y")],
        unreached: [{ node: "b", reason: "the run failed before it" }],
      },
      [],
    );

    expect(renderRun(document, new Ansis(0)).split("\n")).toEqual([
      "failed in 12 ms: 1 node ran, 1 did not",
      "error: a.path: no such file [X]",
      "went on after: a.path: no such file [Y]",
      "never ran: b (the run failed before it)",
    ]);
  });
});
