import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { type JsonValue, jsonSizeBytes } from "../core/json.ts";
import { fit } from "./report.ts";

describe("fit", () => {
  test("keeps everything that fits, and leaves out the largest first", () => {
    expect(fit({ a: 1 }, 100)).toEqual({ a: 1 });
    expect(fit({ a: "x".repeat(60), b: "y".repeat(80), c: 1 }, 130)).toEqual({
      a: "x".repeat(60),
      b: "[left out: 82 bytes]",
      c: 1,
    });
  });

  prop.prop([fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue(), { maxKeys: 10 }), fc.nat(500)])(
    "never grows, keeps every name, and fits unless only small values are left",
    (raw, limitBytes) => {
      const values = JSON.parse(JSON.stringify(raw)) as Record<string, JsonValue>;

      const fitted = fit(values, limitBytes);

      expect(Object.keys(fitted)).toEqual(Object.keys(values));
      expect(jsonSizeBytes(fitted)).toBeLessThanOrEqual(jsonSizeBytes(values));
      const isSmall = Object.values(fitted).every((value) => jsonSizeBytes(value) <= 32);
      expect(jsonSizeBytes(fitted) <= limitBytes || isSmall).toBe(true);
    },
  );
});
