import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../core/json.ts";
import { coerceToType, variableTypeNamed, variableTypeOf } from "./variable-types.ts";
import type { VariableType } from "./workflow-file.ts";

const TYPES: readonly VariableType[] = ["String", "Integer", "Float", "Boolean", "List", "Dict", "DataTable", "Any"];

describe("coerceToType", () => {
  test.each<[JsonValue, VariableType, JsonValue | undefined]>([
    [5, "String", "5"],
    [true, "String", "true"],
    [[1], "String", undefined],
    ["5", "Integer", 5],
    [5.5, "Integer", undefined],
    ["x", "Integer", undefined],
    [true, "Integer", 1],
    [[], "Integer", undefined],
    ["1.5e3", "Float", 1500],
    [{}, "Float", undefined],
    ["YES", "Boolean", true],
    [0, "Boolean", false],
    ["maybe", "Boolean", undefined],
    [[], "Boolean", undefined],
    ["[1, 2]", "List", [1, 2]],
    ["[1, 2", "List", undefined],
    [{}, "List", undefined],
    ['{"a": 1}', "Dict", { a: 1 }],
    [[], "Dict", undefined],
    ["[[1]]", "DataTable", [[1]]],
    [{ columns: [] }, "DataTable", { columns: [] }],
    ["text", "DataTable", undefined],
    [null, "Integer", null],
    ["text", "Any", "text"],
  ])("%j as %s is %j", (value, type, expected) => {
    const coerced = coerceToType(value, type);

    expect(coerced.kind === "value" ? coerced.value : undefined).toEqual(expected);
  });

  prop.prop([fc.jsonValue(), fc.constantFrom(...TYPES)])(
    "what was read as a type reads as itself again",
    (raw, type) => {
      const once = coerceToType(raw as JsonValue, type);
      if (once.kind === "mismatch") return;

      expect(coerceToType(once.value, type)).toEqual(once);
    },
  );
});

describe("type names", () => {
  test.each<[string, VariableType | undefined]>([
    ["INTEGER", "Integer"],
    [" text ", "String"],
    ["number", "Float"],
    ["array", "List"],
    ["Object", "Dict"],
    ["datatable", "DataTable"],
    ["constructor", undefined],
  ])("%s means %s", (word, expected) => {
    expect(variableTypeNamed(word)).toBe(expected);
  });

  test.each<[JsonValue, VariableType]>([
    [null, "Any"],
    ["", "String"],
    [1, "Integer"],
    [1.5, "Float"],
    [false, "Boolean"],
    [[], "List"],
    [{}, "Dict"],
  ])("%j is a %s", (value, expected) => {
    expect(variableTypeOf(value)).toBe(expected);
  });
});
