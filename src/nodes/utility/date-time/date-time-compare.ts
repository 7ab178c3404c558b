import { defineNode } from "../../capabilities.ts";
import { distanceMs, TWO_DATE_INPUTS, twoDates } from "./two-dates.ts";

export const dateTimeCompareNode = defineNode({
  type: "DateTimeCompareNode",
  category: "utility",
  summary: "Is datetime_1 before or after datetime_2? comparison is -1, 0 or 1",
  needs: [],
  effect: "none",
  config: twoDates,
  inputs: TWO_DATE_INPUTS,
  outputs: { is_before: "BOOLEAN", is_after: "BOOLEAN", is_equal: "BOOLEAN", comparison: "INTEGER" },
  run({ config }) {
    const distance = distanceMs(config);
    return {
      outputs: {
        is_before: distance > 0,
        is_after: distance < 0,
        is_equal: distance === 0,
        comparison: -Math.sign(distance) + 0,
      },
    };
  },
});
