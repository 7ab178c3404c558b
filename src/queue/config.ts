import { z } from "zod";

/** Settings of this area; `config` merges all areas' schemas and reads the environment once, at start. */
export const queueConfig = z.object({
  QUEUE_LEASE_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .max(86_400_000)
    .default(30_000)
    .describe("milliseconds a robot may stay silent before its jobs are given to others"),
  QUEUE_HEARTBEAT_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(3_600_000)
    .default(10_000)
    .describe("milliseconds between a robot's heartbeats; at most a third of the lease"),
  QUEUE_REAP_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(3_600_000)
    .default(5_000)
    .describe("milliseconds between looks for jobs of dead robots, passed deadlines and delayed jobs that are due"),
  QUEUE_POLL_MS: z.coerce
    .number()
    .int()
    .min(50)
    .max(600_000)
    .default(1_000)
    .describe("milliseconds between looks for jobs when no notification comes"),
  QUEUE_LISTEN: z
    .stringbool()
    .or(z.boolean())
    .default(true)
    .describe(
      "hear of new jobs through LISTEN; false where the database is behind a pooler that cannot, such as PgBouncer",
    ),
});

/** The settings after they were read. */
export type QueueConfig = z.output<typeof queueConfig>;

/** A heartbeat that gets lost must not cost the lease: three fit into it. Answers what is wrong with the settings. */
export function checkQueueConfig(
  values: Pick<QueueConfig, "QUEUE_LEASE_MS" | "QUEUE_HEARTBEAT_MS">,
): readonly { readonly setting: string; readonly problem: string }[] {
  if (values.QUEUE_HEARTBEAT_MS * 3 <= values.QUEUE_LEASE_MS) return [];
  const problem = `must be at most a third of CASARE_QUEUE_LEASE_MS (${values.QUEUE_LEASE_MS}), so that two heartbeats may get lost`;
  return [{ setting: "QUEUE_HEARTBEAT_MS", problem }];
}
