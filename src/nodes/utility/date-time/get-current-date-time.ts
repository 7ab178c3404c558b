import { z } from "zod";
import { textOr } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { formatMoment, weekdayOf } from "./format-moment.ts";
import { partsOf, zoneOffsetMinutes } from "./moment.ts";
import { DAYS } from "./names.ts";

export const getCurrentDateTimeNode = defineNode({
  type: "GetCurrentDateTimeNode",
  category: "utility",
  summary: "The present date and time, in UTC or in a time zone",
  needs: [],
  effect: "idempotent",
  config: z.object({
    timezone: textOr("").describe("IANA name like Europe/Berlin; UTC when empty"),
    format: textOr("").describe("strftime format of datetime; ISO 8601 when empty"),
  }),
  outputs: {
    datetime: "STRING",
    timestamp: "FLOAT",
    year: "INTEGER",
    month: "INTEGER",
    day: "INTEGER",
    hour: "INTEGER",
    minute: "INTEGER",
    second: "INTEGER",
    day_of_week: "STRING",
  },
  run({ config, now }) {
    const epochMs = now().getTime();
    const zone = config.timezone.trim();
    const moment = { epochMs, offsetMinutes: zone === "" ? 0 : zoneOffsetMinutes(zone, epochMs) };
    const { millisecond: _, ...parts } = partsOf(moment);
    return {
      outputs: {
        datetime: formatMoment(moment, config.format),
        timestamp: epochMs / 1000,
        ...parts,
        day_of_week: DAYS[weekdayOf(partsOf(moment))],
      },
    };
  },
});
