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
  QUEUE_TIDY_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .max(3_600_000)
    .default(60_000)
    .describe("milliseconds between looks for what is past its retention, for new figures and for alarms"),
  QUEUE_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .max(3_650)
    // Five weeks: the run before the last of a monthly schedule is still there to compare with.
    .default(35)
    .describe(
      "days an ended job is kept, with its attempts, events and result; up to an eighth longer, because jobs go many at a time; 0 for ever",
    ),
  QUEUE_DEAD_LETTER_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .max(3_650)
    // Longer than jobs: somebody has to look at them, and may be away.
    .default(90)
    .describe("days a dead letter is kept, requeued or not, and its job with it; 0 for ever"),
  QUEUE_HORIZON_ALARM_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .max(86_400_000)
    .default(300_000)
    .describe("milliseconds a transaction may keep the server from cleaning up before there is an alarm"),
  QUEUE_DEAD_ROWS_ALARM: z.coerce
    .number()
    .int()
    .min(1_000)
    .max(1_000_000_000)
    .default(200_000)
    .describe("deleted rows that a table of waiting or running jobs may hold before there is an alarm"),
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
