import { z } from "zod";
import { textOr } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { requiredText } from "../../required.ts";
import { isoOf, partsOf } from "./moment.ts";
import { readMoment } from "./read-moment.ts";

export const parseDateTimeNode = defineNode({
  type: "ParseDateTimeNode",
  category: "utility",
  summary: "Reads a date; text that is none is an error",
  needs: [],
  effect: "none",
  config: z.object({
    datetime_string: requiredText().describe("The date"),
    format: textOr("").describe("strptime format of the text; without it the usual notations, day before month"),
  }),
  inputs: { datetime_string: "STRING" },
  outputs: {
    timestamp: "FLOAT",
    year: "INTEGER",
    month: "INTEGER",
    day: "INTEGER",
    hour: "INTEGER",
    minute: "INTEGER",
    second: "INTEGER",
    iso_format: "STRING",
    success: "BOOLEAN",
  },
  run({ config }) {
    const moment = readMoment(config.datetime_string, { parameter: "datetime_string", format: config.format });
    const { millisecond: _, ...parts } = partsOf(moment);
    return { outputs: { timestamp: moment.epochMs / 1000, ...parts, iso_format: isoOf(moment), success: true } };
  },
});
