import { describe, expect, test } from "vitest";
import { runNode } from "../testing.ts";
import { getVariableNode } from "./get-variable.ts";
import { incrementVariableNode } from "./increment-variable.ts";
import { setVariableNode } from "./set-variable.ts";

describe("SetVariableNode", () => {
  test.each([0, false, "", [1, [2]], { a: { b: null } }, 1.5, "007"])("keeps the type of %j", async (value) => {
    const { outputs, variables } = await runNode(setVariableNode, { variable_name: "x", value });

    expect(variables.get("x")).toEqual(value);
    expect(outputs).toEqual({ value });
  });

  test.each([
    ["String", 12, "12"],
    ["FilePath", "a/b", "a/b"],
    ["Boolean", "Yes", true],
    ["Boolean", 0, false],
    ["Int32", " 42 ", 42],
    ["Int32", 2.9, 2],
    ["Int32", -0.5, 0],
    ["Float", "1e3", 1000],
    ["Float", true, 1],
    ["Object", '{"a": [1]}', { a: [1] }],
    ["Object", [1], [1]],
    ["Dict", '{"a": 1}', { a: 1 }],
    ["Array", "[1, 2]", [1, 2]],
    ["List", [1], [1]],
    ["DataTable", '[{"a": 1}]', [{ a: 1 }]],
  ])("converts to %s when asked: %j", async (type, value, expected) => {
    const { variables } = await runNode(setVariableNode, { variable_name: "x", value, variable_type: type });

    expect(variables.get("x")).toEqual(expected);
  });

  test.each([
    ["Int32", "4.5"],
    ["Int32", "0x10"],
    ["Int32", [1]],
    ["Float", "1,5"],
    ["Boolean", "perhaps"],
    ["Boolean", {}],
    ["List", 5],
    ["Dict", [1]],
    ["Object", 7],
    ["DataTable", [1, 2]],
  ])("refuses to make %s of %j", async (type, value) => {
    const run = runNode(setVariableNode, { variable_name: "total", value, variable_type: type });

    await expect(run).rejects.toMatchObject({ code: "NODE_CONVERSION_FAILED", message: /variable total/ });
  });

  test("takes the default when no value is given, else null", async () => {
    expect((await runNode(setVariableNode, { variable_name: "x", default_value: 7 })).variables.get("x")).toBe(7);
    expect((await runNode(setVariableNode, { variable_name: "x" })).variables.get("x")).toBeNull();
  });

  test("needs a name", async () => {
    await expect(runNode(setVariableNode, { variable_name: " ", value: 1 })).rejects.toThrow("must not be empty");
  });
});

describe("GetVariableNode", () => {
  test("gives the value, or the default for one that was never set or is null", async () => {
    const variables = { a: 0, n: null };

    expect((await runNode(getVariableNode, { variable_name: "a" }, { variables })).outputs).toEqual({ value: 0 });
    const missing = await runNode(getVariableNode, { variable_name: "b", default_value: "x" }, { variables });
    expect(missing.outputs).toEqual({ value: "x" });
    const explicit = await runNode(getVariableNode, { variable_name: "b", default_value: null }, { variables });
    expect(explicit.outputs).toEqual({ value: null });
    expect((await runNode(getVariableNode, { variable_name: "n" }, { variables })).outputs).toEqual({ value: null });
  });

  test("fails for a variable that was never set", async () => {
    const run = runNode(getVariableNode, { variable_name: "totl" });

    await expect(run).rejects.toMatchObject({ code: "NODE_VARIABLE_UNKNOWN", message: /totl.*default_value/ });
  });
});

describe("IncrementVariableNode", () => {
  test.each([
    [{}, {}, 1],
    [{ n: 5 }, { increment: -2.5 }, 2.5],
    [{ n: "41" }, {}, 42],
  ])("from %j by %j to %d", async (variables, config, expected) => {
    const run = await runNode(incrementVariableNode, { variable_name: "n", ...config }, { variables });

    expect(run.outputs).toEqual({ value: expected });
    expect(run.variables.get("n")).toBe(expected);
  });

  test("refuses what is no number and what grows too large", async () => {
    const text = runNode(incrementVariableNode, { variable_name: "n" }, { variables: { n: "many" } });
    await expect(text).rejects.toMatchObject({ code: "NODE_CONVERSION_FAILED" });
    const huge = runNode(
      incrementVariableNode,
      { variable_name: "n", increment: 1.7e308 },
      { variables: { n: 1.7e308 } },
    );
    await expect(huge).rejects.toMatchObject({ code: "NODE_NUMBER_INVALID" });
  });
});
