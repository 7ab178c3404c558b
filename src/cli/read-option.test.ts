import { describe, expect, test } from "vitest";
import { collect, instant, oneOrMoreOf, seconds, wholeNumber } from "./read-option.ts";

const refusal = expect.objectContaining({ code: "commander.invalidArgument" });

describe("options", () => {
  test("a whole number within its limits", () => {
    expect(wholeNumber(0, 10)("10")).toBe(10);
    for (const text of ["11", "-1", "1.5", "", "ten"]) expect(() => wholeNumber(0, 10)(text)).toThrow(refusal);
  });

  test("seconds, with a fraction if need be", () => {
    expect(seconds("0.5")).toBe(0.5);
    for (const text of ["0", "-1", "", "soon", "Infinity", "2147484"]) expect(() => seconds(text)).toThrow(refusal);
  });

  test("an instant with its offset", () => {
    expect(instant("2026-01-31T13:00:00+01:00")).toBe("2026-01-31T12:00:00.000Z");
    for (const text of ["2026-01-31", "2026-01-31T12:00:00", "soonZ"]) expect(() => instant(text)).toThrow(refusal);
  });

  test("several values of one option", () => {
    expect(collect("b", collect("a", undefined))).toEqual(["a", "b"]);
    const state = oneOrMoreOf(["pending", "running"]);
    expect(state("running", state("pending", undefined))).toEqual(["pending", "running"]);
    expect(() => state("lost", undefined)).toThrow(refusal);
  });
});
