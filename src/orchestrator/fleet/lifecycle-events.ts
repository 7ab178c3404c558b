import type { JsonObject } from "../../core/json.ts";
import type { NewEvent } from "../../persistence/index.ts";
import type { AttemptOutcome, JobFailure, Lease } from "../../queue/index.ts";

/** Number of the event that opens an attempt; the robot's own events count from 1. */
const FIRST_SEQ = 0;
/** Number of the event that closes an attempt; the robot's own events stay below. */
const LAST_SEQ = 2_000_000_001;

/** What the story of a job needs to know beside the lease. */
export interface EventSource {
  readonly lease: Lease;
  readonly robotId: string;
}

/** The robot got the job. */
export function claimedEvent(source: EventSource, data: JsonObject): NewEvent {
  return opening("job.claimed", source, data);
}

/** How an attempt ended. Numbered, so that telling it twice stores it once. */
export type AttemptEnd =
  | { readonly kind: "completed" }
  | { readonly kind: "released"; readonly reason: string }
  | { readonly kind: "retrying"; readonly runAt?: Date; readonly error: JobFailure }
  | { readonly kind: "failed" | "cancelled" | "timed_out"; readonly error: JobFailure };

/** The robot ended its attempt at the job. */
export function endEvent(source: EventSource, end: AttemptEnd): NewEvent {
  switch (end.kind) {
    case "completed":
      return closing("job.completed", source, {});
    case "released":
      return closing("job.released", source, { reason: end.reason });
    case "retrying":
      return closing("job.retrying", source, {
        ...(end.runAt && { runAt: end.runAt.toISOString() }),
        error: errorData(end.error),
      });
    case "failed":
    case "cancelled":
    case "timed_out":
      break;
  }
  return closing(END_TYPES[end.kind], source, { error: errorData(end.error) });
}

const END_TYPES = { failed: "job.failed", cancelled: "job.cancelled", timed_out: "job.timed-out" } as const;

/** How an attempt that was settled before ended, told by what the queue keeps of it. Undefined for ends that are not the robot's. */
export function endOfOutcome(outcome: AttemptOutcome, error: JobFailure): AttemptEnd | undefined {
  switch (outcome) {
    case "failed":
      return { kind: "retrying", error };
    case "dead":
      return { kind: "failed", error };
    case "cancelled":
    case "timed_out":
      return { kind: outcome, error };
    case "running":
    case "completed":
    case "lost":
    case "released":
      break;
  }
  return undefined;
}

function opening(type: string, source: EventSource, data: JsonObject): NewEvent {
  return numbered(type, source, { seq: FIRST_SEQ, data });
}

function closing(type: string, source: EventSource, data: JsonObject): NewEvent {
  return numbered(type, source, { seq: LAST_SEQ, data });
}

function numbered(type: string, source: EventSource, event: { seq: number; data: JsonObject }): NewEvent {
  const { lease, robotId } = source;
  return { type, jobId: lease.jobId, attempt: lease.attempt, robotId, sourceSeq: event.seq, data: event.data };
}

function errorData(error: JobFailure): JsonObject {
  return {
    code: error.code,
    message: error.message,
    errorClass: error.errorClass,
    ...(error.details && { details: error.details }),
  };
}
