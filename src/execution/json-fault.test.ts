import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { findJsonFault } from "./json-fault.ts";

describe("findJsonFault", () => {
  test("tells place, reason and remedy of what is broken", () => {
    expect(findJsonFault('{\n  "a": [1 2]\n}', 64)).toEqual({
      kind: "invalid",
      line: 2,
      column: 11,
      reason: "a comma or ] is missing",
      suggestion: "correct the JSON at this place",
    });
  });

  test("tells where nesting becomes too deep", () => {
    expect(findJsonFault("[\n[[]]]", 2)).toEqual({
      kind: "too-deep",
      line: 2,
      column: 2,
      reason: "it nests deeper than 2 levels",
      suggestion: "flatten the data, or pass it as JSON text",
    });
  });

  prop.prop([fc.json()])("finds nothing wrong with JSON", (text) => {
    expect(findJsonFault(text, 1_000)).toBeUndefined();
  });
});
