import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../../core/json.ts";
import { runNode } from "../../testing.ts";
import { calculate, type Operation, roundTo } from "./arithmetic.ts";
import { comparisonNode } from "./comparison.ts";
import { mathOperationNode } from "./math-operation.ts";

describe("calculate", () => {
  test.each<[Operation, number, number, number]>([
    ["add", 10, 5, 15],
    ["subtract", 10, 5, 5],
    ["multiply", 10, 2, 20],
    ["divide", 50, 2, 25],
    ["floor_divide", -7, 2, -4],
    ["power", 2, 10, 1024],
    ["modulo", -7, 3, 2],
    ["modulo", 7, -3, -2],
    ["modulo", 6, 3, 0],
    ["min", 2, 3, 2],
    ["max", 2, 3, 3],
    ["abs", -2, 0, 2],
    ["sqrt", 9, 0, 3],
    ["floor", -1.5, 0, -2],
    ["ceil", -1.5, 0, -1],
    ["round", 2.5, 0, 3],
    ["round", -2.5, 0, -3],
    ["sin", 0, 0, 0],
    ["cos", 0, 0, 1],
    ["tan", 0, 0, 0],
    ["log", Math.E, 0, 1],
    ["log", 8, 2, 3],
    ["log10", 1000, 0, 3],
    ["exp", 0, 0, 1],
    ["negate", 0, 0, 0],
  ])("%s of %d and %d is %d", (operation, a, b, expected) => {
    expect(calculate(operation, { a, b })).toBeCloseTo(expected, 12);
    expect(Object.is(calculate(operation, { a, b }), -0)).toBe(false);
  });

  test.each<Operation>(["divide", "floor_divide", "modulo"])("%s by 0 is an error", (operation) => {
    expect(() => calculate(operation, { a: 1, b: 0 })).toThrow(
      expect.objectContaining({ code: "NODE_DIVISION_BY_ZERO" }),
    );
  });

  test.each<[Operation, number, number]>([
    ["sqrt", -1, 0],
    ["log", -1, 0],
    ["log", 0, 0],
    ["log10", 0, 0],
    ["power", -8, 0.5],
    ["power", 10, 400],
    ["exp", 1000, 0],
    ["multiply", 1e308, 10],
  ])("%s of %d and %d has no number: an error", (operation, a, b) => {
    expect(() => calculate(operation, { a, b })).toThrow(expect.objectContaining({ code: "NODE_NUMBER_INVALID" }));
  });

  prop.prop([fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: -1e3, max: 1e3 }).filter((b) => b !== 0)])(
    "floor division and modulo fit together",
    (a, b) => {
      const [quotient, rest] = [calculate("floor_divide", { a, b }), calculate("modulo", { a, b })];
      expect(quotient * b + rest).toBe(a);
      expect(rest === 0 || rest < 0 === b < 0).toBe(true);
    },
  );
});

describe("roundTo", () => {
  test.each([
    [1.005, 2, 1.01],
    [2.345, 2, 2.35],
    [-1.005, 2, -1.01],
    [1e-7, 2, 0],
    [1e21, 2, 1e21],
    [1.5e300, 5, 1.5e300],
    [123.456, 0, 123],
  ])("%d to %d digits is %d", (value, digits, expected) => {
    expect(roundTo(value, digits)).toBe(expected);
  });

  prop.prop([fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.integer({ min: 0, max: 6 })])(
    "moves a number by at most half a step, and twice is once",
    (value, digits) => {
      const rounded = roundTo(value, digits);
      expect(Math.abs(rounded - value)).toBeLessThanOrEqual(0.5 * 10 ** -digits + 1e-6);
      expect(roundTo(rounded, digits)).toBe(rounded);
    },
  );
});

describe("MathOperationNode", () => {
  test("rounds, and stores the result where it is told to", async () => {
    const run = await runNode(mathOperationNode, {
      operation: "divide",
      a: "10",
      b: 3,
      round_digits: 2,
      output_var: "share",
    });

    expect(run.outputs).toEqual({ result: 3.33 });
    expect(run.variables.get("share")).toBe(3.33);
  });

  test("names the parameter that is no number", async () => {
    await expect(runNode(mathOperationNode, { a: "ten" })).rejects.toThrow(/"a"/);
  });
});

describe("ComparisonNode", () => {
  test.each<[JsonValue, string, JsonValue, boolean]>([
    [75, ">", 50, true],
    ["75", ">", 50, true],
    ["75", "==", 75, true],
    ["b", ">", "a", true],
    [[1, { a: 2 }], "==", [1, { a: 2 }], true],
    [{ a: 1, b: 2 }, "equals (==)", { b: 2, a: 1 }, true],
    [null, "==", null, true],
    [1, "not equals (!=)", 2, true],
    [1, "less than (<)", 1, false],
    [1, "<=", 1, true],
    [2, "greater or equal (>=)", 3, false],
    [2, "less or equal (<=)", 3, true],
    [2, "greater than (>)", 3, false],
  ])("%j %s %j is %s", async (a, operator, b, result) => {
    expect((await runNode(comparisonNode, { a, b, operator })).outputs).toEqual({ result });
  });

  test.each<[JsonValue, JsonValue]>([
    [null, 1],
    ["abc", 1],
    [[1], [2]],
    [{}, 1],
  ])("%j and %j have no order", async (a, b) => {
    const run = runNode(comparisonNode, { a, b, operator: ">" });

    await expect(run).rejects.toMatchObject({ code: "NODE_NOT_COMPARABLE" });
  });

  test("needs both values", async () => {
    await expect(runNode(comparisonNode, { a: 1 })).rejects.toThrow("is required");
  });
});
