import { z } from "zod";
import { choice, dict, flag, maybe, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";

export const logErrorNode = defineNode({
  type: "LogErrorNode",
  category: "error_handling",
  summary: "Writes an error with its facts to the job's log",
  needs: [],
  effect: "idempotent",
  config: z.object({
    error_message: textOr("").describe("What went wrong"),
    error_type: textOr("").describe("Code or kind of the error"),
    context: maybe(dict()).describe("Further facts"),
    level: withDefault(choice(["debug", "info", "warning", "error", "critical"]), "error").describe("How grave it is"),
    include_stack_trace: withDefault(flag(), false).describe("Add stack_trace of context to the message"),
  }),
  inputs: { error_message: "STRING", error_type: "STRING", context: "DICT" },
  outputs: { log_entry: "DICT" },
  run({ config, log, nodeId, now }) {
    const { stack_trace: stackTrace, ...facts } = config.context ?? {};
    const entry = {
      timestamp: now().toISOString(),
      node_id: nodeId,
      level: config.level,
      error_type: config.error_type,
      error_message: config.error_message,
      context: facts,
      ...(config.include_stack_trace && stackTrace !== undefined ? { stack_trace: stackTrace } : {}),
    };
    const kind = config.error_type === "" ? "" : `${config.error_type}: `;
    log(config.level, `${kind}${config.error_message}`, entry);
    return { outputs: { log_entry: entry } };
  },
});
