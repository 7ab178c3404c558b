import { z } from "zod";
import { anything, integer, withDefault } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { nodeErrors } from "../../errors.ts";
import { addToMoment } from "./add-to-moment.ts";
import { isoOf } from "./moment.ts";
import { readMoment } from "./read-moment.ts";

const amount = (unit: string) => withDefault(integer(), 0).describe(`${unit} to add; negative to go back`);

export const dateTimeAddNode = defineNode({
  type: "DateTimeAddNode",
  category: "utility",
  summary: "A date some time later or earlier; years and months follow the calendar",
  needs: [],
  effect: "idempotent",
  config: z.object({
    datetime: anything().describe("The date: text, or a timestamp in seconds; now when it is left out"),
    years: amount("Years"),
    months: amount("Months"),
    weeks: amount("Weeks"),
    days: amount("Days"),
    hours: amount("Hours"),
    minutes: amount("Minutes"),
    seconds: amount("Seconds"),
  }),
  inputs: {
    datetime: "ANY",
    years: "INTEGER",
    months: "INTEGER",
    weeks: "INTEGER",
    days: "INTEGER",
    hours: "INTEGER",
    minutes: "INTEGER",
    seconds: "INTEGER",
  },
  outputs: { result: "STRING", timestamp: "FLOAT" },
  run({ config: { datetime, ...distance }, now }) {
    const isGiven = datetime !== undefined && datetime !== null && datetime !== "";
    const start = isGiven
      ? readMoment(datetime, { parameter: "datetime" })
      : { epochMs: now().getTime(), offsetMinutes: 0 };
    const moment = addToMoment(start, distance);
    if (moment === undefined) {
      throw nodeErrors.NODE_DATE_INVALID({ parameter: "result", reason: "it lies outside of the years 1 to 9999" });
    }
    return { outputs: { result: isoOf(moment), timestamp: moment.epochMs / 1000 } };
  },
});
