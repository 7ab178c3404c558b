import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { VariableDeclaration, VariableType } from "../../execution/index.ts";
import { readVariableText, splitAssignment } from "./variable-values.ts";

const declared = (type: VariableType): VariableDeclaration => ({
  name: "x",
  type,
  defaultValue: null,
  description: "",
  sensitive: false,
  readonly: false,
});

describe("splitAssignment", () => {
  test.each([
    ["a=b", { name: "a", value: "b" }],
    ["a=", { name: "a", value: "" }],
    ["a=b=c", { name: "a", value: "b=c" }],
  ])("reads %s", (text, expected) => {
    expect(splitAssignment("--var", text)).toEqual(expected);
  });

  test.each(["hunter22", "=hunter22", ""])("refuses %s without repeating it", (text) => {
    expect(() => splitAssignment("--var", text)).toThrow(expect.objectContaining({ code: "CLI_USAGE" }));
    expect(() => splitAssignment("--var", text)).not.toThrow(/hunter22/);
  });
});

describe("readVariableText", () => {
  test.each([
    ["3", 3],
    ["007", "007"],
    ["null", null],
    ["[1]", [1]],
    ["plain text", "plain text"],
    ["", ""],
  ])("%s for a variable of any type", (text, expected) => {
    expect(readVariableText(text, declared("Any"))).toEqual(expected);
    expect(readVariableText(text, undefined)).toEqual(expected);
  });

  prop.prop([fc.string(), fc.constantFrom("String", "Integer", "Boolean", "List", "Dict")])(
    "text for a variable with a type is left to the engine",
    (text, type) => {
      expect(readVariableText(text, declared(type as VariableType))).toBe(text);
    },
  );
});
