import type { JsonValue } from "../../../core/json.ts";
import { kindOf } from "../../../execution/index.ts";
import { nodeErrors } from "../../errors.ts";
import type { Moment } from "./moment.ts";
import { parseMoment } from "./parse-moment.ts";

const DATES = ["%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d"];
const TIMES = ["", " %H:%M", " %H:%M:%S"];

/** What is tried in this order when no format is given; of 03/04/2026 the first reading, 3 April, is taken. */
const FORMATS = DATES.flatMap((date) => TIMES.map((time) => date + time));

const ISO =
  /^\s*(\d{4}-\d{2}-\d{2}|\d{8})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?\s*$/i;

/** From here on a number counts milliseconds since 1970: as seconds it would lie beyond the year 5000. */
const MILLISECONDS_FROM = 1e11;

/** Milliseconds to the last instant of the year 9999. */
const LATEST_MS = 253_402_300_799_999;

/**
 * Reads a date that came as text or as a timestamp in seconds (or milliseconds). Text without an offset is UTC.
 *
 * @param options.format strptime format of the text; empty to try ISO 8601 and the usual notations.
 * @param options.parameter named in the message. Throws NODE_DATE_INVALID, NODE_FORMAT_INVALID.
 */
export function readMoment(
  value: JsonValue,
  options: { readonly parameter: string; readonly format?: string | undefined },
): Moment {
  const { parameter, format = "" } = options;
  if (typeof value === "number") return ofTimestamp(value, parameter);
  if (typeof value !== "string") {
    throw nodeErrors.NODE_DATE_INVALID({ parameter, reason: `it is ${kindOf(value)}; give text or a timestamp` });
  }
  const moment = format === "" ? readFreely(value) : parseMoment(value, format);
  if (moment !== undefined) return moment;
  const reason =
    format === ""
      ? "it is in none of the usual notations; write it like 2026-01-31T08:00:00Z, or give its format"
      : "it does not fit the format, or no such day or time exists";
  throw nodeErrors.NODE_DATE_INVALID({ parameter, reason });
}

function ofTimestamp(value: number, parameter: string): Moment {
  const epochMs = Math.abs(value) < MILLISECONDS_FROM ? value * 1000 : value;
  if (Math.abs(epochMs) <= LATEST_MS) return { epochMs: Math.round(epochMs), offsetMinutes: 0 };
  throw nodeErrors.NODE_DATE_INVALID({ parameter, reason: "the timestamp lies outside of the years 1 to 9999" });
}

function readFreely(text: string): Moment | undefined {
  const iso = ISO.exec(text);
  if (iso !== null) return readIso(iso);
  if (/^\s*\d{9,13}\s*$/.test(text)) return ofTimestamp(Number(text), "The timestamp");
  for (const format of FORMATS) {
    const moment = parseMoment(text, format);
    if (moment !== undefined) return moment;
  }
  return undefined;
}

function readIso([, date = "", time = "00:00", second = "00", fraction = "0", offset = "Z"]: RegExpExecArray) {
  const day = date.includes("-") ? "%Y-%m-%d" : "%Y%m%d";
  return parseMoment(`${date}T${time}:${second}.${fraction}${offset}`, `${day}T%H:%M:%S.%f%z`);
}
