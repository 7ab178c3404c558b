import { z } from "zod";
import { deadlineErrors, pause } from "../../core/deadline.ts";
import { choice, decimal, maybe, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";

/** The longest wait a timer of Node can keep, in seconds: 24 days. */
const LONGEST_S = 2_147_483;

export const waitNode = defineNode({
  type: "WaitNode",
  category: "browser",
  summary: "Waits for a number of seconds",
  needs: [],
  effect: "none",
  config: z.object({
    duration: withDefault(decimal({ min: 0, max: LONGEST_S }), 1).describe("Seconds to wait"),
    duration_ms: maybe(decimal({ min: 0, max: LONGEST_S * 1000 })).describe("Milliseconds to wait; wins over duration"),
    wait_type: maybe(choice(["timeout"])).describe("timeout: wait as many milliseconds as timeout says"),
    timeout: maybe(decimal({ min: 0, max: LONGEST_S * 1000 })).describe(
      "Milliseconds to wait when wait_type is timeout",
    ),
  }),
  inputs: { duration: "FLOAT" },
  configAliases: { seconds: "duration" },
  // The wait is limited by its own duration.
  timeoutMs: 0,
  async run({ config, signal }) {
    const named = config.wait_type === "timeout" ? config.timeout : undefined;
    const waitMs = config.duration_ms ?? named ?? config.duration * 1000;
    if (await pause(waitMs, signal)) return {};
    throw signal.reason ?? deadlineErrors.CORE_ABORTED({ what: "The wait" });
  },
});
