import { z } from "zod";
import { decimal, flag, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { nodeErrors } from "../errors.ts";
import { finite } from "../finite.ts";

const ALIASES = { min: "min_value", max: "max_value" };

export const randomNumberNode = defineNode({
  type: "RandomNumberNode",
  category: "utility",
  summary: "A random number between two bounds; whole ones include both bounds",
  needs: [],
  effect: "idempotent",
  config: z.object({
    min_value: withDefault(decimal(), 0).describe("One bound"),
    max_value: withDefault(decimal(), 100).describe("The other bound"),
    integer_only: withDefault(flag(), false).describe("Whole numbers only"),
  }),
  inputs: { min_value: "FLOAT", max_value: "FLOAT" },
  outputs: { result: "FLOAT" },
  configAliases: ALIASES,
  portAliases: ALIASES,
  run({ config, random }) {
    const low = Math.min(config.min_value, config.max_value);
    const high = Math.max(config.min_value, config.max_value);
    if (!config.integer_only) return { outputs: { result: finite(low + random() * (high - low), "random number") } };
    const [first, last] = [Math.ceil(low), Math.floor(high)];
    if (first > last) {
      throw nodeErrors.NODE_VALUE_INVALID({
        parameter: "min_value",
        reason: "and max_value have no whole number between them; widen the range",
      });
    }
    return { outputs: { result: first + Math.floor(random() * (last - first + 1)) } };
  },
});
