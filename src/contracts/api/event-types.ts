import { z } from "zod";

const EVENT_TYPES = [
  "artifact",
  "dead-letter.deleted",
  "dead-letter.requeued",
  "job.cancel-requested",
  "job.cancelled",
  "job.claimed",
  "job.completed",
  "job.created",
  "job.dead",
  "job.failed",
  "job.lost",
  "job.released",
  "job.requeued",
  "job.retried",
  "job.retrying",
  "job.timed-out",
  "log",
  "node.failed",
  "node.finished",
  "node.started",
  "outbox.dropped",
  "progress",
  "robot-key.created",
  "robot-key.revoked",
  "robot-key.rotated",
  "robot.connected",
  "robot.disconnected",
  "robot.intent",
  "run.finished",
  "run.started",
  "work-item.deleted",
  "work-item.postponed",
  "work-item.retried",
  "work-item.reviewed",
  "work-item.settled",
  "work-item.taken",
  "work-item.updated",
  "work-items.added",
  "work-queue.created",
  "work-queue.deleted",
  "work-queue.updated",
  "workflow.created",
  "workflow.deleted",
  "workflow.updated",
] as const;

/**
 * Types of events that can be asked for; a misspelled one would be waited for for ever.
 *
 * Only of requests: a reader must take events of any type, because a newer orchestrator or robot may tell of more.
 */
export const eventType = z.enum(EVENT_TYPES, { error: `must be one of ${EVENT_TYPES.join(", ")}` });
