import { nodeErrors } from "../../errors.ts";
import { findMatches } from "../../patterns.ts";
import type { Moment } from "./moment.ts";
import { momentOf } from "./moment.ts";
import { DAYS, MONTHS } from "./names.ts";

/** What has been read so far; what a format leaves out is the start of 1900, as in the files of the predecessor. */
interface Draft {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
  offsetMinutes: number;
  hour12?: number;
  afternoon?: boolean;
  epochMs?: number;
  dayOfYear?: number;
}

type Reader = (text: string, draft: Draft) => void;

const number = (pattern: string, put: (value: number, draft: Draft) => void): readonly [string, Reader] => [
  pattern,
  (text, draft) => put(Number(text), draft),
];
const names = (list: readonly string[], letters?: number): string =>
  list.map((name) => (letters === undefined ? name : name.slice(0, letters))).join("|");
const monthNumber = (text: string): number =>
  MONTHS.findIndex((name) => name.slice(0, 3).toLowerCase() === text.slice(0, 3).toLowerCase()) + 1;
const ignore: Reader = () => undefined;

/** Per directive the text it takes, and what that means. */
const DIRECTIVES: Readonly<Record<string, readonly [string, Reader]>> = {
  Y: number("\\d{4}", (value, draft) => (draft.year = value)),
  y: number("\\d{2}", (value, draft) => (draft.year = value < 69 ? 2000 + value : 1900 + value)),
  m: number("\\d{1,2}", (value, draft) => (draft.month = value)),
  d: number("\\d{1,2}", (value, draft) => (draft.day = value)),
  e: number("\\d{1,2}", (value, draft) => (draft.day = value)),
  j: number("\\d{1,3}", (value, draft) => (draft.dayOfYear = value)),
  H: number("\\d{1,2}", (value, draft) => (draft.hour = value)),
  I: number("\\d{1,2}", (value, draft) => (draft.hour12 = value)),
  M: number("\\d{1,2}", (value, draft) => (draft.minute = value)),
  S: number("\\d{1,2}", (value, draft) => (draft.second = value)),
  f: ["\\d{1,9}", (text, draft) => (draft.millisecond = Number(text.padEnd(3, "0").slice(0, 3)))],
  s: number("\\d{1,11}", (value, draft) => (draft.epochMs = value * 1000)),
  p: ["am|pm|a\\.m\\.|p\\.m\\.", (text, draft) => (draft.afternoon = text.toLowerCase().startsWith("p"))],
  B: [names(MONTHS), (text, draft) => (draft.month = monthNumber(text))],
  b: [names(MONTHS, 3), (text, draft) => (draft.month = monthNumber(text))],
  h: [names(MONTHS, 3), (text, draft) => (draft.month = monthNumber(text))],
  A: [names(DAYS), ignore],
  a: [names(DAYS, 3), ignore],
  z: ["z|[+-]\\d{2}:?\\d{2}", (text, draft) => (draft.offsetMinutes = offsetOf(text))],
  Z: ["utc|gmt", (_, draft) => (draft.offsetMinutes = 0)],
  "%": ["%", ignore],
};

const LONG: Readonly<Record<string, string>> = { F: "%Y-%m-%d", T: "%H:%M:%S", R: "%H:%M", D: "%m/%d/%y" };

/**
 * Reads text by a strptime format. Without an offset in the text, it is UTC.
 *
 * @returns undefined when the text does not fit, or names a day or time that does not exist.
 * Throws NODE_FORMAT_INVALID for a directive it does not know.
 */
export function parseMoment(text: string, format: string): Moment | undefined {
  const readers: Reader[] = [];
  const expanded = format.replace(/%([FTRD])/g, (_, letter: string) => LONG[letter] ?? "");
  const source = expanded.replace(/%-?(.?)|\s+|[^%\s]/gsu, (token, letter?: string) => {
    if (letter === undefined) return /\s/.test(token) ? "\\s+" : token.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
    const directive = Object.hasOwn(DIRECTIVES, letter) ? DIRECTIVES[letter] : undefined;
    if (directive === undefined) {
      throw nodeErrors.NODE_FORMAT_INVALID({
        what: "format",
        reason: `${token} cannot be read; use directives like %Y-%m-%d %H:%M:%S`,
      });
    }
    readers.push(directive[1]);
    return `(${directive[0]})`;
  });
  const flags = { ignore_case: true, multiline: false, dotall: false, limit: 1 };
  const [match] = findMatches(text, `^\\s*${source}\\s*$`, flags);
  if (match === undefined) return undefined;
  const draft: Draft = {
    year: 1900,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    millisecond: 0,
    offsetMinutes: 0,
  };
  for (const [index, read] of readers.entries()) read(match.groups[index] ?? "", draft);
  return settle(draft);
}

function settle(draft: Draft): Moment | undefined {
  if (draft.epochMs !== undefined) return { epochMs: draft.epochMs, offsetMinutes: 0 };
  if (draft.hour12 !== undefined) {
    if (draft.hour12 < 1 || draft.hour12 > 12) return undefined;
    draft.hour = (draft.hour12 % 12) + (draft.afternoon === true ? 12 : 0);
  }
  const moment = momentOf(draft, draft.offsetMinutes);
  if (moment === undefined || draft.dayOfYear === undefined) return moment;
  return { ...moment, epochMs: moment.epochMs + (draft.dayOfYear - 1) * 86_400_000 };
}

function offsetOf(text: string): number {
  if (text.toLowerCase() === "z") return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2));
  return text.startsWith("-") ? -minutes : minutes;
}
