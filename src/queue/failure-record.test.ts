import { describe, expect, test } from "vitest";
import { endFailure, storableFailure, storableNote } from "./failure-record.ts";
import type { JobFailure } from "./job.ts";

const reported: JobFailure = { code: "X", message: "x", errorClass: "transient", details: { node: "n" } };

describe("endFailure", () => {
  test("is what the holder reported", () => {
    const verdict = { kind: "end", state: "failed", deadLetter: "exhausted" } as const;

    expect(endFailure({ jobId: "1", verdict, reported, byHolder: true })).toBe(reported);
  });

  test("names the deadline where it decided, and keeps the report", () => {
    const verdict = { kind: "end", state: "timed_out", deadLetter: "deadline" } as const;

    expect(endFailure({ jobId: "7", verdict, reported, byHolder: true })).toEqual({
      code: "QUEUE_DEADLINE_PASSED",
      message: "Job 7 had not ended by its deadline",
      errorClass: "timeout",
      details: { reported: { code: "X", message: "x" } },
    });
  });

  test("gives the reason of a cancellation that the holder did not live to confirm", () => {
    const verdict = { kind: "end", state: "cancelled" } as const;

    expect(endFailure({ jobId: "7", verdict, reported, byHolder: false, stopReason: "obsolete" })).toMatchObject({
      code: "QUEUE_CANCELLED",
      message: "Job 7 was cancelled: obsolete",
    });
    expect(endFailure({ jobId: "7", verdict, reported, byHolder: false }).message).toBe("Job 7 was cancelled");
    expect(endFailure({ jobId: "7", verdict, reported, byHolder: true })).toBe(reported);
  });
});

describe("storableFailure", () => {
  test("leaves a usual failure as it is", () => {
    expect(storableFailure(reported)).toEqual(reported);
  });

  test("cuts and cleans what cannot be stored, and never throws", () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;

    const stored = storableFailure({
      code: "",
      message: `${"m".repeat(16_383)}🤖`,
      errorClass: "permanent",
      details: loop as never,
    });

    expect(stored.code).toBe("UNKNOWN");
    expect(stored.message.endsWith("m\ufffd")).toBe(true);
    expect(stored.details).toEqual({ omitted: expect.stringContaining("64 levels") as string });
  });
});

describe("storableNote", () => {
  test("is at most 500 characters of whole text", () => {
    expect(storableNote("a\u0000b")).toBe("a\ufffdb");
    expect(storableNote("x".repeat(501))).toHaveLength(500);
  });
});
