import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { findDuplicateKey, findJsonFault } from "./json-fault.ts";

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

  test("tells where a key occurs a second time, and cuts long ones", () => {
    const long = "k".repeat(200);

    expect(findDuplicateKey('{"a": {"x": 1,\n  "x": 2}, "a": 0}', 64)).toEqual({
      kind: "duplicate-key",
      line: 2,
      column: 3,
      reason: 'the key "x" occurs twice',
      suggestion: "rename or remove one of them; only the last would be read",
    });
    expect(findDuplicateKey(`{"${long}": 1, "${long}": 2}`, 64)?.reason.length).toBeLessThan(130);
    expect(findDuplicateKey('{"a": {"x": 1}, "b": {"x": 2}}', 64)).toBeUndefined();
  });

  prop.prop([fc.json()])("finds no key twice in what was written from values", (text) => {
    expect(findDuplicateKey(text, 1_000)).toBeUndefined();
  });

  prop.prop([fc.json()])("finds nothing wrong with JSON", (text) => {
    expect(findJsonFault(text, 1_000)).toBeUndefined();
  });
});
