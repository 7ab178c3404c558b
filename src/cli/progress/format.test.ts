import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { fitLine, formatBytes, formatDuration, formatTable, lengthOf } from "./format.ts";

test.each([
  [0, "0 ms"],
  [812.4, "812 ms"],
  [999.9, "1.0 s"],
  [3_400, "3.4 s"],
  [59_960, "1 min 0 s"],
  [125_000, "2 min 5 s"],
  [11_040_000, "3 h 4 min"],
])("a duration of %d ms reads %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [0, "0 B"],
  [1_023, "1023 B"],
  [1_024, "1.0 KiB"],
  [3_500_000, "3.3 MiB"],
  [5 * 1_024 ** 4, "5.0 TiB"],
  [5_000 * 1_024 ** 4, "5000.0 TiB"],
])("a size of %d reads %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

describe("fitLine", () => {
  prop.prop([fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 50 })])(
    "never gives more characters than fit, nor anything that moves the cursor",
    (text, width) => {
      const line = fitLine(text, width);

      expect(lengthOf(line)).toBeLessThanOrEqual(width);
      expect(line).not.toMatch(/\p{Cc}/u);
    },
  );
});

test("a table aligns its columns and cannot be torn by what is in it", () => {
  expect(
    formatTable(
      ["ID", "NAME"],
      [
        ["1", "a\nb"],
        ["100", "ü"],
      ],
    ),
  ).toBe("ID   NAME\n1    a b\n100  ü");
});
