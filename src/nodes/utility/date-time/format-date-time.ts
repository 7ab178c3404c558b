import { z } from "zod";
import { maybe, text, textOr } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { requiredValue } from "../../required.ts";
import { formatMoment } from "./format-moment.ts";
import { readMoment } from "./read-moment.ts";

export const formatDateTimeNode = defineNode({
  type: "FormatDateTimeNode",
  category: "utility",
  summary: "Writes a date in another format",
  needs: [],
  effect: "none",
  config: z.object({
    datetime: requiredValue().describe("The date: text, or a timestamp in seconds"),
    input_format: maybe(text()).describe(
      "strptime format of the text; without it the usual notations, day before month",
    ),
    format: textOr("%Y-%m-%d %H:%M:%S").describe("strftime format of the result"),
  }),
  inputs: { datetime: "ANY", input_format: "STRING" },
  outputs: { result: "STRING" },
  run({ config }) {
    const moment = readMoment(config.datetime, { parameter: "datetime", format: config.input_format });
    return { outputs: { result: formatMoment(moment, config.format) } };
  },
});
