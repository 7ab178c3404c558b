import { describe, expect, test } from "vitest";
import type { PortType } from "./node-definition.ts";
import { isCompatible } from "./port-types.ts";

describe("isCompatible", () => {
  test.each<[PortType, PortType, boolean]>([
    ["ANY", "PAGE", true],
    ["PAGE", "ANY", true],
    ["PAGE", "PAGE", true],
    ["PAGE", "BROWSER", false],
    ["INTEGER", "FLOAT", true],
    ["FLOAT", "INTEGER", true],
    ["NUMBER", "INTEGER", true],
    ["BOOLEAN", "STRING", true],
    ["LIST", "STRING", true],
    ["STRING", "INTEGER", false],
    ["STRING", "BOOLEAN", false],
    ["BOOLEAN", "INTEGER", false],
    ["DICT", "LIST", false],
    ["DICT", "OBJECT", false],
  ])("%s to %s: %s", (source, target, expected) => {
    expect(isCompatible(source, target)).toBe(expected);
  });
});
