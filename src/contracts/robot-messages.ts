import { z } from "zod";
import { envelope } from "./envelope.ts";
import {
  workItemAdd,
  workItemAdded,
  workItemProgress,
  workItemSettle,
  workItemSettled,
  workItemTake,
  workItemTaken,
} from "./work-item-messages.ts";

/**
 * What a robot and the orchestrator say to each other on `/ws/robot`.
 *
 * The robot asks, the orchestrator answers with the same `correlationId`; the orchestrator by itself only wakes
 * (`job.available`), asks to stop (`job.cancel`) and controls (`robot.control`). Every message about a job carries its
 * fencing token: session and attempt.
 */

const jobId = z.string().regex(/^\d{1,19}$/);
const attempt = z.int().min(1).max(32_767);
const sessionId = z.string().min(1).max(64);
// What JSON.parse made is JSON; walking it again value by value would cost more than all the rest of a message.
const json = z.unknown().refine((value) => value !== undefined, { error: "is missing" }) as z.ZodType<JsonLike>;
type JsonLike = null | boolean | number | string | readonly JsonLike[] | { readonly [key: string]: JsonLike };

/** What people want of a robot: `active` works, `paused` claims nothing, `draining` finishes and stays connected, `maintenance` as paused. */
export const robotIntent = z.enum(["active", "paused", "draining", "maintenance"]);
/** One of the four intents. */
export type RobotIntent = z.output<typeof robotIntent>;

/** Why an attempt failed, as far as retrying is concerned. */
export const errorClass = z.enum(["transient", "permanent", "cancelled", "lost-lease", "timeout"]);

/** What is kept of a failure: code, message ≤ 16 KiB, class, facts without secrets. */
export const jobFailure = z.object({
  code: z.string().min(1).max(128),
  message: z.string().max(16_384),
  errorClass,
  details: z.record(z.string(), json).optional(),
});

/** How often and when a failed job runs again; delays in milliseconds, jitter a share in [0, 1]. */
export const retryPolicy = z.object({
  maxAttempts: z.int().min(1).max(1_000),
  baseMs: z.int().min(0).max(86_400_000),
  factor: z.number().min(1).max(100),
  capMs: z.int().min(0).max(604_800_000),
  jitter: z.number().min(0).max(1),
});

/** First message of a robot. */
const robotHello = envelope(
  "robot.hello",
  z.object({
    name: z.string().min(1).max(200),
    version: z.string().max(64),
    hostname: z.string().max(255),
    platform: z.string().max(64),
    environment: z.string().min(1).max(100),
    capabilities: z.array(z.string().min(1).max(100)).max(200),
    maxConcurrentJobs: z.int().min(1).max(1_000),
    /** The session of before the connection broke, to be gone on with. */
    sessionId: sessionId.optional(),
  }),
);

/** Answer to hello. Without `resumed`, every job of an earlier session is lost. */
const robotRegistered = envelope(
  "robot.registered",
  z.object({
    robotId: z.string(),
    sessionId,
    resumed: z.boolean(),
    leaseMs: z.int().min(1_000),
    heartbeatMs: z.int().min(100),
    intent: robotIntent,
  }),
);

const robotHeartbeat = envelope(
  "robot.heartbeat",
  z.object({
    sessionId,
    jobs: z
      .array(
        z.object({
          jobId,
          attempt,
          progress: z.number().min(0).max(1).optional(),
          progressNote: z.string().max(500).optional(),
        }),
      )
      .max(1_000),
    rssBytes: z.int().min(0).optional(),
    browserContexts: z.int().min(0).optional(),
  }),
);

const robotHeartbeatAck = envelope(
  "robot.heartbeat-ack",
  z.object({
    live: z.boolean(),
    lost: z.array(jobId),
    cancelRequested: z.array(jobId),
    intent: robotIntent,
  }),
);

const jobClaim = envelope("job.claim", z.object({ sessionId, limit: z.int().min(1).max(100) }));

/** Answer to `job.claim`; may be empty. */
const jobClaimed = envelope(
  "job.claimed",
  z.object({
    jobs: z.array(
      z.object({
        jobId,
        attempt,
        workflowId: z.string(),
        workflowVersion: z.int().min(1),
        workflowName: z.string(),
        /** The workflow file as it was stored. */
        workflow: json,
        variables: z.record(z.string(), json),
        deadline: z.iso.datetime({ offset: true }).optional(),
        /** Milliseconds left until the deadline when this was written; spares the robot a clock that agrees with ours. */
        timeLeftMs: z.int().min(0).optional(),
      }),
    ),
  }),
);

/** One event of a run; `seq` counts from 1 within the attempt, so that the same event sent twice is stored once. */
export const jobEvent = z.object({
  seq: z.int().min(1).max(2_000_000_000),
  at: z.iso.datetime({ offset: true }),
  type: z.string().min(1).max(64),
  data: z.record(z.string(), json),
});

const jobEvents = envelope(
  "job.events",
  z.object({ sessionId, jobId, attempt, events: z.array(jobEvent).min(1).max(1_000) }),
);

const jobComplete = envelope("job.complete", z.object({ sessionId, jobId, attempt, result: json }));

const jobFail = envelope(
  "job.fail",
  z.object({ sessionId, jobId, attempt, error: jobFailure, result: json.optional() }),
);

const jobRelease = envelope(
  "job.release",
  z.object({ sessionId, jobId, attempt, started: z.boolean(), reason: z.string().max(500) }),
);

/** Ends the session: everything it still holds is released. The last message of a robot that stops. */
const robotGoodbye = envelope("robot.goodbye", z.object({ sessionId }));

/**
 * Answer to events, complete, fail, release, goodbye. `recorded` and `duplicate` are both final: forget the message.
 * `lost`: the job is somebody else's; stop working on it and forget everything about it.
 */
const ack = envelope("ack", z.object({ outcome: z.enum(["recorded", "duplicate", "lost"]) }));

/** Jobs may be claimable. A hint; polling goes on. */
const jobAvailable = envelope("job.available", z.object({}));
const jobCancel = envelope(
  "job.cancel",
  z.object({ jobId, attempt: attempt.optional(), reason: z.string().max(500).optional() }),
);
const robotControl = envelope("robot.control", z.object({ intent: robotIntent }));

/** Answer to a message that could not be handled. `retryable`: send the same again later. */
export const protocolError = envelope(
  "error",
  z.object({ code: z.string(), message: z.string(), retryable: z.boolean() }),
);

/** Everything a robot may say. */
export const robotMessage = z.discriminatedUnion("type", [
  robotHello,
  robotHeartbeat,
  jobClaim,
  jobEvents,
  jobComplete,
  jobFail,
  jobRelease,
  workItemTake,
  workItemAdd,
  workItemSettle,
  workItemProgress,
  robotGoodbye,
]);
/** A message from a robot, envelope included. */
export type RobotMessage = z.output<typeof robotMessage>;

/** Everything the orchestrator may say to a robot. */
export const orchestratorMessage = z.discriminatedUnion("type", [
  robotRegistered,
  robotHeartbeatAck,
  jobClaimed,
  workItemTaken,
  workItemAdded,
  workItemSettled,
  ack,
  jobAvailable,
  jobCancel,
  robotControl,
  protocolError,
]);
/** A message to a robot, envelope included. */
export type OrchestratorMessage = z.output<typeof orchestratorMessage>;

/** A message without the envelope's numbering, which the connection adds. */
export type Outgoing<M extends { type: string; payload: unknown }> = M extends unknown
  ? { readonly type: M["type"]; readonly payload: M["payload"] }
  : never;

/** What a message of that type carries. */
export type PayloadOf<Type extends (RobotMessage | OrchestratorMessage)["type"]> = Extract<
  RobotMessage | OrchestratorMessage,
  { type: Type }
>["payload"];
