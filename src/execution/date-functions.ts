import type { JsonValue } from "../core/json.ts";
import { type Call, type ExpressionFunction, numberArg, refuse, textArg } from "./expression-call.ts";

const DAY_MS = 86_400_000;
const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Functions about dates. Dates are ISO-8601 text; without a zone they are UTC. */
export const DATE_FUNCTIONS: Readonly<Record<string, ExpressionFunction>> = {
  now: { min: 0, max: 0, call: (_args, call) => call.now().toISOString() },
  today: { min: 0, max: 0, call: (_args, call) => dayOf(call.now()) },
  format_date: {
    min: 1,
    max: 2,
    call: (args, call) =>
      formatDate(dateArg(args, call), args.length === 2 ? textArg(args, 1, call) : "%Y-%m-%d", call),
  },
  parse_date: {
    min: 1,
    max: 2,
    call: (args, call) =>
      (args.length === 2
        ? parseDate(textArg(args, 0, call), textArg(args, 1, call), call)
        : dateArg(args, call)
      ).toISOString(),
  },
  add_days: {
    min: 2,
    max: 2,
    call(args, call) {
      const moved = new Date(dateArg(args, call).getTime() + numberArg(args, 1, call) * DAY_MS);
      if (!inRange(moved)) return refuse(call, "the result lies outside of the years 0 to 9999");
      return textArg(args, 0, call).trim().length === 10 ? dayOf(moved) : moved.toISOString();
    },
  },
};

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function inRange(date: Date): boolean {
  const year = date.getUTCFullYear();
  return !Number.isNaN(date.getTime()) && year >= 0 && year <= 9_999;
}

function dateArg(args: readonly JsonValue[], call: Call): Date {
  const match = ISO.exec(textArg(args, 0, call).trim());
  if (!match) return refuse(call, "argument 1 must be a date like 2026-01-31 or 2026-01-31T08:00:00Z");
  const [, day = "", time = "00:00", zone = "Z"] = match;
  const date = new Date(`${day}T${time}${zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone}`);
  return inRange(date) ? date : refuse(call, "argument 1 is no date of the calendar");
}

const two = (value: number): string => String(value).padStart(2, "0");

const PIECES: Readonly<Record<string, (date: Date) => string>> = {
  Y: (date) => String(date.getUTCFullYear()).padStart(4, "0"),
  y: (date) => two(date.getUTCFullYear() % 100),
  m: (date) => two(date.getUTCMonth() + 1),
  d: (date) => two(date.getUTCDate()),
  H: (date) => two(date.getUTCHours()),
  M: (date) => two(date.getUTCMinutes()),
  S: (date) => two(date.getUTCSeconds()),
  "%": () => "%",
};

function formatDate(date: Date, pattern: string, call: Call): string {
  return pattern.replaceAll(/%(.?)/g, (_whole, letter: string) => {
    const piece = Object.hasOwn(PIECES, letter) ? PIECES[letter] : undefined;
    return piece === undefined
      ? refuse(call, `%${letter} is not known; there are %Y %y %m %d %H %M %S %%`)
      : piece(date);
  });
}

/** Reads text by a pattern of the same letters; every piece has its full width. */
function parseDate(text: string, pattern: string, call: Call): Date {
  const found = new Map<string, number>();
  let position = 0;
  for (let i = 0; i < pattern.length; i++) {
    const letter = pattern[i + 1] ?? "";
    if (pattern[i] !== "%" || letter === "%") {
      if (pattern[i] === "%") i++;
      if (text[position] !== pattern[i]) return refuse(call, "argument 1 does not follow the pattern");
      position++;
      continue;
    }
    if (!Object.hasOwn(PIECES, letter))
      return refuse(call, `%${letter} is not known; there are %Y %y %m %d %H %M %S %%`);
    const width = letter === "Y" ? 4 : 2;
    const digits = text.slice(position, position + width);
    if (!/^\d+$/.test(digits) || digits.length !== width) return refuse(call, "argument 1 does not follow the pattern");
    found.set(letter, Number(digits));
    position += width;
    i++;
  }
  if (position !== text.length) return refuse(call, "argument 1 does not follow the pattern");
  const part = (letter: string, absent: number): number => found.get(letter) ?? absent;
  const year = found.get("Y") ?? 2_000 + part("y", 0);
  const iso = `${String(year).padStart(4, "0")}-${two(part("m", 1))}-${two(part("d", 1))}T${two(part("H", 0))}:${two(part("M", 0))}:${two(part("S", 0))}Z`;
  const date = new Date(iso);
  // 31 April becomes 1 May in a Date; it is no date of the calendar.
  return inRange(date) && date.getUTCDate() === part("d", 1)
    ? date
    : refuse(call, "argument 1 is no date of the calendar");
}
