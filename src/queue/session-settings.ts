/**
 * Server settings for connections on which a queue works, for `openDatabase({ sessionSettings })`.
 *
 * The queue's statements are the same over and over and find all rows by an index. Left to itself, the planner plans them
 * anew each time (which costs more than running them), and after a quiet night, with statistics of empty tables, prefers
 * plans that read whole tables.
 */
export const QUEUE_SESSION_SETTINGS: Readonly<Record<string, string>> = {
  plan_cache_mode: "force_generic_plan",
  enable_seqscan: "off",
  jit: "off",
};
