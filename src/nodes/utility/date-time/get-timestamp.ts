import { z } from "zod";
import { flag, withDefault } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";

export const getTimestampNode = defineNode({
  type: "GetTimestampNode",
  category: "utility",
  summary: "Seconds, or milliseconds, since the start of 1970 in UTC",
  needs: [],
  effect: "idempotent",
  config: z.object({ milliseconds: withDefault(flag(), false).describe("Milliseconds instead of seconds") }),
  outputs: { timestamp: "FLOAT" },
  run({ config, now }) {
    const epochMs = now().getTime();
    return { outputs: { timestamp: config.milliseconds ? epochMs : epochMs / 1000 } };
  },
});
