import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../core/json.ts";
import { runNode } from "../testing.ts";
import { ifNode } from "./if.ts";
import { switchNode } from "./switch.ts";
import { waitNode } from "./wait.ts";

const results: Readonly<Record<string, JsonValue>> = { "a > 1": true, "a < 1": false, a: "no", b: "option_b" };
function evaluate(expression: string): JsonValue {
  const result = results[expression];
  if (result === undefined) throw new Error(`cannot evaluate ${expression}`);
  return result;
}

describe("IfNode", () => {
  test.each<[Record<string, JsonValue>, string]>([
    [{ condition: true }, "true"],
    [{ condition: 0 }, "false"],
    [{ condition: [] }, "false"],
    [{ condition: { a: 1 } }, "true"],
    [{ condition: "a > 1" }, "true"],
    [{ condition: "a" }, "false"],
    [{ expression: "a < 1" }, "false"],
    [{ condition: true, expression: "a < 1" }, "false"],
  ])("of %j takes %s", async (config, route) => {
    expect((await runNode(ifNode, config, { evaluate })).route).toBe(route);
  });

  test("an expression that cannot be evaluated is an error, not false", async () => {
    await expect(runNode(ifNode, { condition: "a >" }, { evaluate })).rejects.toThrow("cannot evaluate");
  });

  test.each([{}, { condition: null }, { condition: "" }])("without condition it fails: %j", async (config) => {
    await expect(runNode(ifNode, config)).rejects.toMatchObject({ code: "NODE_VALUE_INVALID" });
  });
});

describe("SwitchNode", () => {
  const cases = ["option_a", "option_b", 3, true];

  test.each<[JsonValue, string | readonly string[]]>([
    ["option_b", ["case_option_b", "case_1"]],
    [3, ["case_3", "case_2"]],
    ["3", ["case_3", "case_2"]],
    [true, ["case_true"]],
    ["TRUE", ["case_true"]],
    ["other", "default"],
    [null, "default"],
  ])("value %j takes %j", async (value, route) => {
    const run = await runNode(switchNode, { value, cases });

    expect(run.route).toEqual(route);
  });

  test("an expression wins over the value", async () => {
    const run = await runNode(switchNode, { value: "option_a", expression: "b", cases }, { evaluate });

    expect(run.route).toEqual(["case_option_b", "case_1"]);
  });

  test("offers each case by value and by index; a value that looks like an index keeps its name", () => {
    expect(switchNode.dynamicExecOutputs?.({ cases: ["a", "b"] })).toEqual(["case_a", "case_0", "case_b", "case_1"]);
    expect(switchNode.dynamicExecOutputs?.({ cases: ["1", "0"] })).toEqual(["case_1", "case_0"]);
    expect(switchNode.dynamicExecOutputs?.({ cases: '["a"]' })).toEqual(["case_a", "case_0"]);
    expect(switchNode.dynamicExecOutputs?.({ cases: "{{list}}" })).toEqual([]);
    expect(switchNode.dynamicExecOutputs?.({})).toEqual([]);
  });

  test("without value it fails", async () => {
    await expect(runNode(switchNode, { cases })).rejects.toMatchObject({ code: "NODE_VALUE_INVALID" });
  });
});

describe("WaitNode", () => {
  test.each([
    { duration: 0 },
    { duration_ms: 1, duration: 3600 },
    { wait_type: "timeout", timeout: 1, duration: 3600 },
  ])("waits as long as %j says", async (config) => {
    expect((await runNode(waitNode, config)).route).toBeUndefined();
  });

  test("ends at once, with the reason, when the run is cancelled", async () => {
    const reason = new Error("cancelled by Ada");

    await expect(runNode(waitNode, { duration: 3600 }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test("refuses negative and endless waits", async () => {
    await expect(runNode(waitNode, { duration: -1 })).rejects.toThrow("duration");
    await expect(runNode(waitNode, { duration: 1e9 })).rejects.toThrow("duration");
  });
});
