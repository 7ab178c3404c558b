import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { formatLogLine } from "./log-line.ts";

const at = "2026-01-31T12:00:00.000Z";

describe("formatLogLine", () => {
  test("shows time, level, node, message and data", () => {
    expect(formatLogLine({ at, level: "info", node: "say", message: "hello", data: { a: 1 } })).toBe(
      `${at} INFO     [say] hello {"a":1}`,
    );
  });

  test("a message of several lines stays one entry", () => {
    expect(formatLogLine({ at, level: "error", message: "one\r\ntwo" })).toBe(`${at} ERROR    one\n    two`);
  });

  prop.prop([fc.string({ unit: "binary" })])("nothing in a message reaches the terminal as a command", (message) => {
    expect(formatLogLine({ at, level: "info", message })).not.toMatch(/[^\P{Cc}\n\t]/u);
  });
});
