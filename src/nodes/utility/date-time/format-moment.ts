import { nodeErrors } from "../../errors.ts";
import { isoOf, type Moment, type MomentParts, offsetText, partsOf } from "./moment.ts";
import { DAYS, MONTHS } from "./names.ts";

interface Reading {
  readonly parts: MomentParts;
  readonly moment: Moment;
}

const pad = (value: number, width = 2): string => String(value).padStart(width, "0");
const DAY_MS = 86_400_000;

/** 0 for Monday. */
export function weekdayOf({ year, month, day }: MomentParts): number {
  return (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;
}

function dayOfYear({ year, month, day }: MomentParts): number {
  return (Date.UTC(year, month - 1, day) - Date.UTC(year, 0, 1)) / DAY_MS + 1;
}

/** ISO 8601 week: the one that holds the year's first Thursday is week 1. */
function isoWeek(parts: MomentParts): { readonly year: number; readonly week: number } {
  const thursday = new Date(Date.UTC(parts.year, parts.month - 1, parts.day + 3 - weekdayOf(parts)));
  const year = thursday.getUTCFullYear();
  return { year, week: Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY_MS)) + 1 };
}

/** The directives of strftime (ISO C 7.27.3.5, and %f of Python) in the C locale. */
const DIRECTIVES: Readonly<Record<string, (reading: Reading) => string>> = {
  Y: ({ parts }) => pad(parts.year, 4),
  y: ({ parts }) => pad(parts.year % 100),
  m: ({ parts }) => pad(parts.month),
  d: ({ parts }) => pad(parts.day),
  e: ({ parts }) => String(parts.day).padStart(2),
  H: ({ parts }) => pad(parts.hour),
  I: ({ parts }) => pad(parts.hour % 12 || 12),
  M: ({ parts }) => pad(parts.minute),
  S: ({ parts }) => pad(parts.second),
  f: ({ parts }) => `${pad(parts.millisecond, 3)}000`,
  p: ({ parts }) => (parts.hour < 12 ? "AM" : "PM"),
  B: ({ parts }) => MONTHS[parts.month - 1] ?? "",
  b: ({ parts }) => (MONTHS[parts.month - 1] ?? "").slice(0, 3),
  h: ({ parts }) => (MONTHS[parts.month - 1] ?? "").slice(0, 3),
  A: ({ parts }) => DAYS[weekdayOf(parts)] ?? "",
  a: ({ parts }) => (DAYS[weekdayOf(parts)] ?? "").slice(0, 3),
  u: ({ parts }) => String(weekdayOf(parts) + 1),
  w: ({ parts }) => String((weekdayOf(parts) + 1) % 7),
  j: ({ parts }) => pad(dayOfYear(parts), 3),
  V: ({ parts }) => pad(isoWeek(parts).week),
  G: ({ parts }) => pad(isoWeek(parts).year, 4),
  z: ({ moment }) => offsetText(moment.offsetMinutes, ""),
  Z: ({ moment }) => (moment.offsetMinutes === 0 ? "UTC" : `UTC${offsetText(moment.offsetMinutes, ":")}`),
  s: ({ moment }) => String(Math.floor(moment.epochMs / 1000)),
  F: ({ parts }) => `${pad(parts.year, 4)}-${pad(parts.month)}-${pad(parts.day)}`,
  T: ({ parts }) => `${pad(parts.hour)}:${pad(parts.minute)}:${pad(parts.second)}`,
  R: ({ parts }) => `${pad(parts.hour)}:${pad(parts.minute)}`,
  D: ({ parts }) => `${pad(parts.month)}/${pad(parts.day)}/${pad(parts.year % 100)}`,
  x: ({ parts }) => `${pad(parts.month)}/${pad(parts.day)}/${pad(parts.year % 100)}`,
  X: ({ parts }) => `${pad(parts.hour)}:${pad(parts.minute)}:${pad(parts.second)}`,
  n: () => "\n",
  t: () => "\t",
  "%": () => "%",
};

/**
 * Writes a moment in a strftime format; `%-d` leaves out leading zeros. Without a format, ISO 8601.
 *
 * Throws NODE_FORMAT_INVALID for a directive it does not know.
 */
export function formatMoment(moment: Moment, format: string): string {
  if (format === "") return isoOf(moment);
  const reading = { parts: partsOf(moment), moment };
  return format.replace(/%([-#]?)(.?)/gsu, (token, bare: string, letter: string) => {
    const write = Object.hasOwn(DIRECTIVES, letter) ? DIRECTIVES[letter] : undefined;
    if (write === undefined) {
      throw nodeErrors.NODE_FORMAT_INVALID({
        what: "format",
        reason: `${token} is not known; use directives like %Y-%m-%d %H:%M:%S`,
      });
    }
    const text = write(reading);
    return bare === "" ? text : text.replace(/^[0 ]+(?=\d)/, "");
  });
}
