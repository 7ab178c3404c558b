import { z } from "zod";
import { instant } from "./identifiers.ts";

const depthCounts = {
  /** They may start now. */
  pending: z.int(),
  /** Their time has not come. */
  delayed: z.int(),
  /** A concurrency limit or a pause holds them. */
  heldBack: z.int(),
  running: z.int(),
};

/** How long things took, as Prometheus counts: each bucket holds all that took at most `leMs` milliseconds. */
const histogram = z
  .object({
    buckets: z.array(z.object({ leMs: z.int(), count: z.int() })),
    /** All, with those above the last bound. */
    count: z.int(),
    sumMs: z.number(),
  })
  .meta({ id: "Histogram" });

/** Something is wrong with the queue's database that goes on until somebody does something. */
const queueAlarm = z
  .object({
    code: z.enum([
      "QUEUE_HORIZON_HELD",
      "QUEUE_DEAD_ROWS",
      "QUEUE_BLOAT",
      "QUEUE_PARTITIONS_MISSING",
      "QUEUE_RETENTION_HELD",
    ]),
    subject: z.string(),
    message: z.string(),
    /** What to do. */
    remedy: z.string(),
    /** When it was first seen. */
    since: instant,
  })
  .meta({ id: "QueueAlarm" });

/** Figures of the tenant's jobs: what is there now, and how what ended in a window of time went. */
export const queueStatistics = z
  .object({
    depth: z.object({
      ...depthCounts,
      /** The most urgent first; only those with jobs. */
      priorities: z.array(z.object({ priority: z.int(), ...depthCounts })),
      /** Jobs with equal demands on robots and equal urgency. */
      routes: z.array(
        z.object({
          environment: z.string(),
          requires: z.array(z.string()),
          priority: z.int(),
          ...depthCounts,
          /** Milliseconds the oldest job that may start now has waited. */
          oldestWaitingMs: z.int().optional(),
        }),
      ),
    }),
    /** What was asked for, widened to whole minutes; where it is older than a day, to whole hours. */
    from: instant,
    to: instant,
    /** The figures of the window hold what had ended by then. */
    asOf: instant,
    /** From the moment a job might start to its first start; of jobs whose first attempt ended in the window. */
    waits: histogram,
    /** Attempts that ended in the window, and how long they ran; outcomes that did not happen are missing. */
    attempts: z.array(
      z.object({
        outcome: z.enum(["completed", "failed", "cancelled", "timed_out", "lost", "released", "dead"]),
        durations: histogram,
      }),
    ),
    /** Jobs that ended in the window. */
    ended: z.object({ completed: z.int(), failed: z.int(), cancelled: z.int(), timed_out: z.int() }),
    /** Of the queue as a whole, the oldest first. */
    alarms: z.array(queueAlarm),
  })
  .meta({ id: "QueueStatistics" });
/** Figures of the queue as the API answers them. */
export type QueueStatisticsDto = z.output<typeof queueStatistics>;

/** The window of time. */
export const queueStatisticsQuery = z.strictObject({
  from: instant.optional().describe("what ended at this instant or later; default an hour before `to`"),
  to: instant.optional().describe("what ended before this instant; default now"),
});
