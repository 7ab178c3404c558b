import { z } from "zod";
import type { JsonValue } from "../../../core/json.ts";
import { requiredValue } from "../../required.ts";
import { readMoment } from "./read-moment.ts";

export const twoDates = z.object({
  datetime_1: requiredValue().describe("First date: text, or a timestamp in seconds"),
  datetime_2: requiredValue().describe("Second date"),
});

export const TWO_DATE_INPUTS = { datetime_1: "ANY", datetime_2: "ANY" } as const;

/** Milliseconds from the first date to the second. */
export function distanceMs(dates: { readonly datetime_1: JsonValue; readonly datetime_2: JsonValue }): number {
  const first = readMoment(dates.datetime_1, { parameter: "datetime_1" });
  return readMoment(dates.datetime_2, { parameter: "datetime_2" }).epochMs - first.epochMs;
}
