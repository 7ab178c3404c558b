import { nodeErrors } from "../../errors.ts";

/** An instant, and the offset from UTC in which its parts are read. */
export interface Moment {
  readonly epochMs: number;
  /** East of Greenwich is positive. */
  readonly offsetMinutes: number;
}

export interface MomentParts {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

const MINUTE_MS = 60_000;

/** The calendar parts at the moment's offset. */
export function partsOf({ epochMs, offsetMinutes }: Moment): MomentParts {
  const local = new Date(epochMs + offsetMinutes * MINUTE_MS);
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    millisecond: local.getUTCMilliseconds(),
  };
}

/** The moment of calendar parts; undefined for a day or time that does not exist, like 30 February. */
export function momentOf(parts: MomentParts, offsetMinutes: number): Moment | undefined {
  const date = new Date(0);
  date.setUTCFullYear(parts.year, parts.month - 1, parts.day);
  date.setUTCHours(parts.hour, parts.minute, parts.second, parts.millisecond);
  const moment = { epochMs: date.getTime() - offsetMinutes * MINUTE_MS, offsetMinutes };
  const back = partsOf(moment);
  const exists =
    back.year === parts.year &&
    back.month === parts.month &&
    back.day === parts.day &&
    back.hour === parts.hour &&
    back.minute === parts.minute &&
    back.second === parts.second;
  return exists && parts.year >= 1 && parts.year <= 9999 ? moment : undefined;
}

/** ISO 8601 with milliseconds; Z at offset 0. */
export function isoOf(moment: Moment): string {
  const local = new Date(moment.epochMs + moment.offsetMinutes * MINUTE_MS).toISOString().slice(0, -1);
  return local + (moment.offsetMinutes === 0 ? "Z" : offsetText(moment.offsetMinutes, ":"));
}

const two = (value: number): string => String(value).padStart(2, "0");

/** `+02:00`, or `+0200` with an empty separator. */
export function offsetText(offsetMinutes: number, separator: string): string {
  const distance = Math.abs(offsetMinutes);
  return `${offsetMinutes < 0 ? "-" : "+"}${two(Math.floor(distance / 60))}${separator}${two(distance % 60)}`;
}

/** Offset of an IANA time zone at an instant, minutes. Throws NODE_TIME_ZONE_UNKNOWN. */
export function zoneOffsetMinutes(timeZone: string, epochMs: number): number {
  let text: string;
  try {
    const format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
    text = format.formatToParts(epochMs).find((part) => part.type === "timeZoneName")?.value ?? "";
  } catch (error) {
    throw nodeErrors.NODE_TIME_ZONE_UNKNOWN({ timeZone }, { cause: error });
  }
  const [, sign, hours = "0", minutes = "0"] = /([+-])(\d+):(\d+)/.exec(text) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) + 0;
}
