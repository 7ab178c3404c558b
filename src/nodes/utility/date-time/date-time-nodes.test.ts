import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../../core/json.ts";
import { runNode } from "../../testing.ts";
import { dateTimeAddNode } from "./date-time-add.ts";
import { dateTimeCompareNode } from "./date-time-compare.ts";
import { dateTimeDiffNode } from "./date-time-diff.ts";
import { formatDateTimeNode } from "./format-date-time.ts";
import { formatMoment } from "./format-moment.ts";
import { getCurrentDateTimeNode } from "./get-current-date-time.ts";
import { getTimestampNode } from "./get-timestamp.ts";
import { isoOf } from "./moment.ts";
import { parseDateTimeNode } from "./parse-date-time.ts";
import { parseMoment } from "./parse-moment.ts";
import { readMoment } from "./read-moment.ts";

const read = (value: JsonValue, format?: string): string => isoOf(readMoment(value, { parameter: "date", format }));

describe("readMoment", () => {
  test.each<[JsonValue, string]>([
    ["2026-01-31", "2026-01-31T00:00:00.000Z"],
    ["2026-01-31 08:05", "2026-01-31T08:05:00.000Z"],
    ["2026-01-31T08:05:06.123456+05:30", "2026-01-31T08:05:06.123+05:30"],
    ["2026-01-31T08:05:06Z", "2026-01-31T08:05:06.000Z"],
    ["20260131", "2026-01-31T00:00:00.000Z"],
    ["03/04/2026", "2026-04-03T00:00:00.000Z"],
    ["12/31/2026 10:20", "2026-12-31T10:20:00.000Z"],
    ["31.12.2026 10:20:30", "2026-12-31T10:20:30.000Z"],
    ["31-12-2026", "2026-12-31T00:00:00.000Z"],
    ["2026/12/31", "2026-12-31T00:00:00.000Z"],
    [1_767_225_600, "2026-01-01T00:00:00.000Z"],
    [1_767_225_600_500, "2026-01-01T00:00:00.500Z"],
    ["1767225600", "2026-01-01T00:00:00.000Z"],
    [0, "1970-01-01T00:00:00.000Z"],
    [-1.5, "1969-12-31T23:59:58.500Z"],
  ])("%j is %s", (value, iso) => {
    expect(read(value)).toBe(iso);
  });

  test.each<JsonValue>(["", "tomorrow", "2026-02-30", "2026-13-01", "2026-01-01T25:00", null, [], true, 1e18])(
    "%j is no date",
    (value) => {
      expect(() => read(value)).toThrow(expect.objectContaining({ code: "NODE_DATE_INVALID" }));
    },
  );
});

describe("parseMoment", () => {
  test.each([
    ["5 March 2026 3:07 pm", "%d %B %Y %I:%M %p", "2026-03-05T15:07:00.000Z"],
    ["12:00 AM 1 jan 26", "%I:%M %p %d %b %y", "2026-01-01T00:00:00.000Z"],
    ["Mon, 05 Jan 2026 10:00:00 +0100", "%a, %d %b %Y %H:%M:%S %z", "2026-01-05T10:00:00.000+01:00"],
    ["2026-060", "%Y-%j", "2026-03-01T00:00:00.000Z"],
    ["100% 2026", "100%% %Y", "2026-01-01T00:00:00.000Z"],
    ["1767225600", "%s", "2026-01-01T00:00:00.000Z"],
    ["2026-01-02T03:04:05", "%FT%T", "2026-01-02T03:04:05.000Z"],
    ["(1.2) 2026", "(%d.%m) %Y", "2026-02-01T00:00:00.000Z"],
  ])("%s by %s is %s", (text, format, iso) => {
    const moment = parseMoment(text, format);

    expect(moment && isoOf(moment)).toBe(iso);
  });

  test.each([
    ["2026-02-29", "%Y-%m-%d"],
    ["13:00 PM", "%I:%M %p"],
    ["2026", "%Y-%m"],
    ["x2026", "%Y"],
  ])("%s does not fit %s", (text, format) => {
    expect(parseMoment(text, format)).toBeUndefined();
  });

  test("an unknown directive is the format's mistake, not the text's", () => {
    expect(() => parseMoment("1", "%Q")).toThrow(expect.objectContaining({ code: "NODE_FORMAT_INVALID" }));
  });

  test("a format that could be matched in many ways is still quick", () => {
    expect(parseMoment("1".repeat(70), "%d".repeat(30))).toBeUndefined();
  });

  prop.prop([fc.date({ min: new Date("1000-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })])(
    "reads what was written",
    (date) => {
      const format = "%A %d %B %Y %H:%M:%S.%f %z";
      const moment = { epochMs: date.getTime(), offsetMinutes: 90 };
      expect(parseMoment(formatMoment(moment, format), format)).toEqual(moment);
      expect(readMoment(isoOf(moment), { parameter: "date" })).toEqual(moment);
    },
  );
});

describe("formatMoment", () => {
  test("knows the directives of strftime", () => {
    const moment = readMoment("2024-12-30T15:04:05.5+02:00", { parameter: "date" });

    const text = formatMoment(
      moment,
      "%A %a %B %b %d %-d %e %I %p %j %V %G %u %w %z %Z %f %y %s %F %T %R %D %% %h%n%t%x %X",
    );

    expect(text).toBe(
      "Monday Mon December Dec 30 30 30 03 PM 365 01 2025 1 1 +0200 UTC+02:00 500000 24 1735563845 2024-12-30 15:04:05 15:04 12/30/24 % Dec\n\t12/30/24 15:04:05",
    );
    expect(formatMoment(readMoment("2026-01-04", { parameter: "date" }), "%-d.%-m. %e %Z %w %V")).toBe(
      "4.1.  4 UTC 0 01",
    );
  });

  test.each(["%Q", "%", "%-"])("refuses %s", (format) => {
    expect(() => formatMoment({ epochMs: 0, offsetMinutes: 0 }, format)).toThrow(
      expect.objectContaining({ code: "NODE_FORMAT_INVALID" }),
    );
  });
});

describe("GetCurrentDateTimeNode", () => {
  const now = new Date("2026-07-01T22:30:00.250Z");

  test("tells UTC, or the time of a zone", async () => {
    expect((await runNode(getCurrentDateTimeNode, {}, { now })).outputs).toEqual({
      datetime: "2026-07-01T22:30:00.250Z",
      timestamp: 1_782_945_000.25,
      year: 2026,
      month: 7,
      day: 1,
      hour: 22,
      minute: 30,
      second: 0,
      day_of_week: "Wednesday",
    });
    const zoned = { timezone: "Europe/Berlin", format: "%Y-%m-%d %H:%M %z" };
    expect((await runNode(getCurrentDateTimeNode, zoned, { now })).outputs).toMatchObject({
      datetime: "2026-07-02 00:30 +0200",
      day: 2,
      day_of_week: "Thursday",
    });
    const west = await runNode(getCurrentDateTimeNode, { timezone: "America/St_Johns" }, { now });
    expect(west.outputs["datetime"]).toBe("2026-07-01T20:00:00.250-02:30");
  });

  test("refuses a zone that does not exist", async () => {
    await expect(runNode(getCurrentDateTimeNode, { timezone: "Mars/Base" })).rejects.toMatchObject({
      code: "NODE_TIME_ZONE_UNKNOWN",
    });
  });
});

test("FormatDateTimeNode and ParseDateTimeNode", async () => {
  const formatted = await runNode(formatDateTimeNode, { datetime: "1/2/26", input_format: "%d/%m/%y" });
  expect(formatted.outputs).toEqual({ result: "2026-02-01 00:00:00" });
  const parsed = await runNode(parseDateTimeNode, { datetime_string: "2026-01-31T08:05:06+01:00" });
  expect(parsed.outputs).toEqual({
    timestamp: 1_769_843_106,
    year: 2026,
    month: 1,
    day: 31,
    hour: 8,
    minute: 5,
    second: 6,
    iso_format: "2026-01-31T08:05:06.000+01:00",
    success: true,
  });
  const unfit = runNode(parseDateTimeNode, { datetime_string: "31.1.", format: "%Y" });
  await expect(unfit).rejects.toMatchObject({ code: "NODE_DATE_INVALID", message: /datetime_string/ });
});

describe("DateTimeAddNode", () => {
  test.each<[Record<string, JsonValue>, string]>([
    [{ datetime: "2026-01-31", months: 1 }, "2026-02-28T00:00:00.000Z"],
    [{ datetime: "2024-02-29", years: 1 }, "2025-02-28T00:00:00.000Z"],
    [{ datetime: "2026-01-15", months: -13 }, "2024-12-15T00:00:00.000Z"],
    [{ datetime: "2026-01-01", weeks: 1, days: 1, hours: -1, minutes: 1, seconds: 1 }, "2026-01-08T23:01:01.000Z"],
    [{ datetime: "2026-01-31T23:00:00+02:00", months: 1 }, "2026-02-28T23:00:00.000+02:00"],
    [{ days: 1 }, "2026-01-02T00:00:00.000Z"],
  ])("%j", async (config, result) => {
    const { outputs } = await runNode(dateTimeAddNode, config);

    expect(outputs).toEqual({ result, timestamp: Date.parse(result) / 1000 });
  });

  test("a result beyond the calendar is an error", async () => {
    await expect(runNode(dateTimeAddNode, { years: 9000 })).rejects.toMatchObject({ code: "NODE_DATE_INVALID" });
    await expect(runNode(dateTimeAddNode, { days: 9e9 })).rejects.toMatchObject({ code: "NODE_DATE_INVALID" });
  });
});

test("DateTimeDiffNode counts from the first date to the second", async () => {
  const dates = { datetime_1: "2026-01-01", datetime_2: "2026-01-02T03:04:05Z" };
  expect((await runNode(dateTimeDiffNode, dates)).outputs).toEqual({
    total_seconds: 97_445,
    total_minutes: 97_445 / 60,
    total_hours: 97_445 / 3600,
    total_days: 97_445 / 86_400,
    days: 1,
    hours: 3,
    minutes: 4,
    seconds: 5,
  });
  const back = { datetime_1: dates.datetime_2, datetime_2: dates.datetime_1 };
  expect((await runNode(dateTimeDiffNode, back)).outputs).toMatchObject({
    total_seconds: -97_445,
    days: -1,
    hours: -3,
  });
});

test.each([
  ["2026-01-01", "2026-01-02", { is_before: true, is_after: false, is_equal: false, comparison: -1 }],
  ["2026-01-02", "2026-01-01", { is_before: false, is_after: true, is_equal: false, comparison: 1 }],
  ["2026-01-01T01:00:00+01:00", "2026-01-01", { is_before: false, is_after: false, is_equal: true, comparison: 0 }],
])("DateTimeCompareNode of %s and %s", async (first, second, outputs) => {
  expect((await runNode(dateTimeCompareNode, { datetime_1: first, datetime_2: second })).outputs).toEqual(outputs);
});

test("GetTimestampNode counts seconds or milliseconds", async () => {
  expect((await runNode(getTimestampNode, {})).outputs).toEqual({ timestamp: 1_767_225_600 });
  expect((await runNode(getTimestampNode, { milliseconds: true })).outputs).toEqual({ timestamp: 1_767_225_600_000 });
});
