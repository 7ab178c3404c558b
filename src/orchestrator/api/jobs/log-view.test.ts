import { describe, expect, test } from "vitest";
import { DEFAULT_TENANT } from "../../../core/ids.ts";
import type { EventRecord } from "../../../persistence/index.ts";
import { formatLogLine, levelsFrom, viewLogLine } from "./log-view.ts";

const event = (data: EventRecord["data"]): EventRecord => ({
  seq: "5",
  tenantId: DEFAULT_TENANT,
  at: new Date("2026-01-01T00:00:00Z"),
  type: "log",
  jobId: "1",
  attempt: 2,
  data,
});

test.each([
  { level: "debug" as const, expected: ["debug", "info", "warning", "error", "critical"] },
  { level: "warning" as const, expected: ["warning", "error", "critical"] },
  { level: "critical" as const, expected: ["critical"] },
])("$level and above", ({ level, expected }) => {
  expect(levelsFrom(level)).toEqual(expected);
});

describe("a log line", () => {
  test("is read from what the robot sent", () => {
    const data = { level: "error", message: "failed", node: "click_1", data: { tries: 3 } };

    expect(viewLogLine(event(data))).toEqual({ seq: "5", at: "2026-01-01T00:00:00.000Z", attempt: 2, ...data });
  });

  test("is read from what another release sent, too", () => {
    expect(viewLogLine(event({ level: "loud", text: 7 }))).toMatchObject({ level: "info", message: "" });
  });

  test("as text cannot be taken for another line", () => {
    const line = viewLogLine(event({ level: "info", message: "a\n2026-01-01 forged\r\nb", node: "n" }));

    expect(formatLogLine(line)).toBe("2026-01-01T00:00:00.000Z INFO     [n] a\n    2026-01-01 forged\n    b\n");
    expect(formatLogLine({ ...line, message: "m", data: { a: 1 } })).toContain(' [n] m {"a":1}\n');
  });
});
