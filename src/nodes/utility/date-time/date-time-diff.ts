import { defineNode } from "../../capabilities.ts";
import { distanceMs, TWO_DATE_INPUTS, twoDates } from "./two-dates.ts";

export const dateTimeDiffNode = defineNode({
  type: "DateTimeDiffNode",
  category: "utility",
  summary: "Time from datetime_1 to datetime_2, negative when datetime_2 is earlier",
  needs: [],
  effect: "none",
  config: twoDates,
  inputs: TWO_DATE_INPUTS,
  outputs: {
    total_seconds: "FLOAT",
    total_minutes: "FLOAT",
    total_hours: "FLOAT",
    total_days: "FLOAT",
    days: "INTEGER",
    hours: "INTEGER",
    minutes: "INTEGER",
    seconds: "INTEGER",
  },
  run({ config }) {
    const seconds = distanceMs(config) / 1000;
    const part = (unitSeconds: number, limit = Infinity): number => (Math.trunc(seconds / unitSeconds) % limit) + 0;
    return {
      outputs: {
        total_seconds: seconds,
        total_minutes: seconds / 60,
        total_hours: seconds / 3600,
        total_days: seconds / 86_400,
        days: part(86_400),
        hours: part(3600, 24),
        minutes: part(60, 60),
        seconds: part(1, 60),
      },
    };
  },
});
