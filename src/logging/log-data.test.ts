import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { createMasker } from "../core/mask.ts";
import { toLogData } from "./log-data.ts";

describe("toLogData", () => {
  prop.prop([
    fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withNullPrototype: true,
    }),
  ])("gives plain JSON for anything", (value) => {
    const data = toLogData(value, createMasker());

    expect(JSON.parse(JSON.stringify(data))).toEqual(data);
  });

  prop.prop([fc.jsonValue({ maxDepth: 3 }), fc.constantFrom("correct horse", "p@ss word", "1234567890")])(
    "no secret survives, wherever it is",
    (value, secret) => {
      const data = toLogData(
        { value, [secret]: [{ inner: `x${secret}x` }], error: new Error(secret) },
        createMasker([secret]),
      );

      expect(JSON.stringify(data)).not.toContain(secret);
    },
  );
});
