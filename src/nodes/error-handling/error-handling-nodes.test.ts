import { describe, expect, test } from "vitest";
import { runNode } from "../testing.ts";
import { assertNode } from "./assert.ts";
import { logErrorNode } from "./log-error.ts";
import { throwErrorNode } from "./throw-error.ts";

test("ThrowErrorNode fails with its message", async () => {
  const run = runNode(throwErrorNode, { error_message: "No invoice found" });

  await expect(run).rejects.toMatchObject({ code: "NODE_ERROR_THROWN", message: "No invoice found" });
});

const evaluate = (expression: string): boolean => expression === "total > 0";

describe("AssertNode", () => {
  test.each([{}, { condition: true }, { condition: 1 }, { condition: "total > 0" }])(
    "passes for %j",
    async (config) => {
      expect((await runNode(assertNode, config, { evaluate })).outputs).toEqual({ passed: true });
    },
  );

  test.each([{ condition: false }, { condition: null }, { condition: "" }, { condition: "total < 0" }])(
    "fails for %j",
    async (config) => {
      const run = runNode(assertNode, { ...config, message: "Total is wrong" }, { evaluate });

      await expect(run).rejects.toMatchObject({ code: "NODE_ASSERTION_FAILED", message: "Total is wrong" });
    },
  );
});

test("LogErrorNode writes one line with all facts", async () => {
  const { logs, outputs } = await runNode(logErrorNode, {
    error_message: "Order 7 failed",
    error_type: "HTTP_TIMED_OUT",
    context: { order: 7, stack_trace: "at node fetch" },
    include_stack_trace: true,
  });

  const entry = {
    timestamp: "2026-01-01T00:00:00.000Z",
    node_id: "node_1",
    level: "error",
    error_type: "HTTP_TIMED_OUT",
    error_message: "Order 7 failed",
    context: { order: 7 },
    stack_trace: "at node fetch",
  };
  expect(outputs).toEqual({ log_entry: entry });
  expect(logs).toEqual([{ level: "error", message: "HTTP_TIMED_OUT: Order 7 failed", data: entry }]);
});

test("LogErrorNode works without any facts, and leaves the stack trace out unless asked", async () => {
  const { logs } = await runNode(logErrorNode, { context: { stack_trace: "at x" }, level: "warning" });

  expect(logs).toMatchObject([{ level: "warning", message: "" }]);
  expect(JSON.stringify(logs)).not.toContain("at x");
});
