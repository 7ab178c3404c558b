import { type Moment, momentOf, partsOf } from "./moment.ts";

export interface Distance {
  readonly years: number;
  readonly months: number;
  readonly weeks: number;
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

/**
 * Adds years and months by the calendar, then the rest by the clock: a month after 31 January is the last of February.
 *
 * @returns undefined when the result lies outside of the years 1 to 9999.
 */
export function addToMoment(moment: Moment, distance: Distance): Moment | undefined {
  const parts = partsOf(moment);
  const months = parts.year * 12 + parts.month - 1 + distance.years * 12 + distance.months;
  const [year, month] = [Math.floor(months / 12), (((months % 12) + 12) % 12) + 1];
  const lastDay = new Date(Date.UTC(2000, month, 0));
  lastDay.setUTCFullYear(year, month, 0);
  const shifted = momentOf(
    { ...parts, year, month, day: Math.min(parts.day, lastDay.getUTCDate()) },
    moment.offsetMinutes,
  );
  if (shifted === undefined) return undefined;
  const days = distance.weeks * 7 + distance.days;
  const seconds = ((days * 24 + distance.hours) * 60 + distance.minutes) * 60 + distance.seconds;
  const result = { ...shifted, epochMs: shifted.epochMs + seconds * 1000 };
  const { year: end } = partsOf(result);
  return end >= 1 && end <= 9999 ? result : undefined;
}
