import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { createPlainJson, MAX_DATA_DEPTH } from "./plain-json.ts";
import { codeOf } from "./testing-scope.suite.ts";

describe("createPlainJson", () => {
  const plain = createPlainJson();

  test.each<[string, unknown, unknown]>([
    ["nothing", undefined, null],
    ["a big integer", 10n, "10"],
    ["infinity", Number.POSITIVE_INFINITY, null],
    ["minus zero", -0, 0],
    ["a date", new Date("2026-01-01T00:00:00Z"), "2026-01-01T00:00:00.000Z"],
    ["no date", new Date(Number.NaN), null],
    ["nothing inside", [undefined, { a: undefined, b: 1 }], [null, { b: 1 }]],
    ["a dict without prototype", Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
  ])("%s gets its JSON form", (_what, value, expected) => {
    expect(plain(value, "it")).toEqual(expected);
  });

  test.each<[string, unknown]>([
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a map", new Map()],
    ["an error", new Error("x")],
    ["a set deep inside", { deep: [new Set()] }],
  ])("%s has none", (_what, value) => {
    expect(codeOf(() => plain(value, "it"))).toBe("WORKFLOW_OUTPUT_INVALID");
  });

  test("refuses data that nests too deep or contains itself", () => {
    let deep: unknown = 1;
    for (let i = 0; i <= MAX_DATA_DEPTH; i++) deep = [deep];
    const cycle: unknown[] = [];
    cycle.push(cycle);

    expect(codeOf(() => plain(deep, "it"))).toBe("WORKFLOW_OUTPUT_INVALID");
    expect(codeOf(() => plain(cycle, "it"))).toBe("WORKFLOW_OUTPUT_INVALID");
  });

  test("copies what it is given, and recognizes what it made", () => {
    const given = { list: [1] };
    const made = plain(given, "it");
    given.list.push(2);

    expect(made).toEqual({ list: [1] });
    expect(Object.isFrozen(made)).toBe(true);
    expect(plain(made, "it")).toBe(made);
  });

  prop.prop([fc.jsonValue()])("is what JSON makes of it", (value) => {
    expect(plain(value, "it")).toEqual(JSON.parse(JSON.stringify(value)));
  });
});
