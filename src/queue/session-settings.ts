/**
 * Server settings for connections on which a queue works, for `openDatabase({ sessionSettings })`.
 *
 * The queue's statements are the same over and over and find all rows by an index. Left to itself, the planner plans them
 * anew each time (which costs more than running them), and after a quiet night, with statistics of empty tables, prefers
 * plans that read whole tables: a sequential scan, a bitmap (which reads all that was deleted since the last vacuum), the full
 * index into a hash table, or all of a tenant kept aside for a loop.
 */
export const QUEUE_SESSION_SETTINGS: Readonly<Record<string, string>> = {
  plan_cache_mode: "force_generic_plan",
  enable_seqscan: "off",
  enable_bitmapscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  enable_material: "off",
  jit: "off",
};
