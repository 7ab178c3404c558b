import { describe, expect, test } from "vitest";
import { jobInput } from "../../../contracts/index.ts";
import { DEFAULT_TENANT } from "../../../core/ids.ts";
import type { WorkflowSummary } from "../../../persistence/index.ts";
import type { Job } from "../../../queue/index.ts";
import { isSameSubmission, toEnqueueRequest } from "./enqueue-request.ts";

const workflowId = "019b76da-a800-7000-8000-000000000001";
const now = new Date("2026-01-01T00:00:00Z");
const context = { headerKey: undefined, now };
const workflow: WorkflowSummary = {
  id: workflowId,
  tenantId: DEFAULT_TENANT,
  name: "Greet",
  description: "",
  version: 3,
  requires: ["browser"],
  createdAt: now,
  updatedAt: now,
};
const submission = (changes: Record<string, unknown> = {}) => jobInput.parse({ workflowId, ...changes });

describe("toEnqueueRequest", () => {
  test("leaves to the queue what nobody asked for", () => {
    expect(toEnqueueRequest(submission({ variables: { a: 1 } }), workflow, context)).toEqual({
      kind: workflowId,
      payload: { workflowId, workflowVersion: 3, workflowName: "Greet", variables: { a: 1 } },
      requires: ["browser"],
    });
  });

  test("passes on what was asked for", () => {
    const request = submission({
      priority: "high",
      runAt: "2026-01-01T01:00:00+01:00",
      deadline: "2026-01-02T00:00:00Z",
      retry: { maxAttempts: 1 },
      requires: ["gpu", "browser"],
      environment: "test",
      idempotencyKey: "k",
    });

    expect(toEnqueueRequest(request, workflow, { headerKey: "header", now })).toMatchObject({
      priority: 75,
      runAt: now,
      deadline: new Date("2026-01-02T00:00:00Z"),
      retry: { maxAttempts: 1 },
      requires: ["browser", "gpu"],
      environment: "test",
      idempotencyKey: "k",
    });
  });

  test("puts the job under the submission's own limit, else the workflow's", () => {
    const limited = { ...workflow, concurrency: { limit: 2, onLimit: "keep-latest" } as const };
    const own = submission({ concurrency: { key: "sap", limit: 1 } });

    expect(toEnqueueRequest(own, limited, context).concurrency).toEqual({ key: "sap", limit: 1 });
    expect(toEnqueueRequest(submission(), limited, context).concurrency).toEqual({
      key: `workflow/${workflowId}`,
      limit: 2,
      onLimit: "keep-latest",
    });
  });

  test("takes a number as priority, and the header's key where the body has none", () => {
    expect(toEnqueueRequest(submission({ priority: 0 }), workflow, { headerKey: "header", now })).toMatchObject({
      priority: 0,
      idempotencyKey: "header",
    });
  });

  test.each([
    { deadline: "2025-12-31T00:00:00Z" },
    { deadline: "2026-01-01T00:00:00Z" },
    { deadline: "2026-01-02T00:00:00Z", runAt: "2026-01-03T00:00:00Z" },
  ])("refuses $deadline as a deadline", (times) => {
    expect(() => toEnqueueRequest(submission(times), workflow, context)).toThrow(
      expect.objectContaining({
        code: "REQUEST_INVALID",
        details: { errors: [expect.objectContaining({ path: "body.deadline" })] },
      }),
    );
  });
});

const job = (variables: unknown, kind = workflowId) => ({ kind, payload: { variables } }) as unknown as Job;

test("a job is the one asked for when workflow and variables are, whatever the order of keys", () => {
  const request = toEnqueueRequest(submission({ variables: { a: 1, b: { c: [1], d: 2 } } }), workflow, context);

  expect(isSameSubmission(job({ b: { d: 2, c: [1] }, a: 1 }), request)).toBe(true);
  expect(isSameSubmission(job({ a: 1, b: { c: [2], d: 2 } }), request)).toBe(false);
  expect(isSameSubmission(job({ a: 1, b: { c: [1], d: 2 } }, "other"), request)).toBe(false);
  expect(isSameSubmission({ ...job({}), payload: null }, request)).toBe(false);
});
