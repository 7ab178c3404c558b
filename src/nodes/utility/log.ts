import { z } from "zod";
import { anything, choice, flag, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";

const ALWAYS = "Kept for old files: every line of the log carries it anyway";

export const logNode = defineNode({
  type: "LogNode",
  category: "utility",
  summary: "Writes a line to the job's log",
  needs: [],
  effect: "idempotent",
  config: z.object({
    message: textOr("").describe("The text of the line"),
    data: anything().describe("Data that goes with it"),
    level: withDefault(choice(["debug", "info", "warning", "error", "critical"]), "info").describe("How grave it is"),
    include_timestamp: withDefault(flag(), true).describe(ALWAYS),
    include_node_id: withDefault(flag(), true).describe(ALWAYS),
  }),
  inputs: { message: "STRING", data: "ANY" },
  run({ config, log }) {
    if (config.data === undefined || config.data === null) log(config.level, config.message);
    else log(config.level, config.message, config.data);
    return {};
  },
});
