import { z } from "zod";
import { errorClass, retryPolicy } from "../robot-messages.ts";
import { bulkSteps, exactlyOne, notEmpty } from "./bulk.ts";
import { jobConcurrency, jobConcurrencyInput } from "./concurrency.ts";
import { eventDto } from "./event.ts";
import { eventType } from "./event-types.ts";
import { eventSeq, instant, jobId, plainText, uuid } from "./identifiers.ts";
import { json, jsonObject } from "./json.ts";
import { listOf, listQuery, severalOf } from "./list.ts";

/** Path of one job. */
export const jobParams = z.object({ jobId });

/** States of a job; `completed`, `failed`, `cancelled` and `timed_out` are final. */
export const jobState = z.enum(["pending", "running", "waiting", "completed", "failed", "cancelled", "timed_out"]);

const jobPriority = z.union([z.int().min(0).max(100), z.enum(["low", "normal", "high", "critical"])]);

/** A run of a stored workflow to be queued. */
export const jobInput = z
  .strictObject({
    workflowId: uuid,
    /** Default: the newest version at this moment. */
    version: z.int().min(1).max(2_147_483_647).optional(),
    /** Values for the workflow's variables. */
    variables: jsonObject.default({}),
    /** 0–100, larger is more urgent, or low (25), normal (50, default), high (75), critical (100). */
    priority: jobPriority.optional(),
    /** Not before this instant. */
    runAt: instant.optional(),
    /** Ends as timed_out when it has not ended by then. */
    deadline: instant.optional(),
    retry: retryPolicy.partial().optional(),
    /** Labels a robot must offer beside those that the workflow needs. */
    requires: z.array(plainText(1, 100)).max(50).optional(),
    /** Only robots of this environment. */
    environment: plainText(1, 100).optional(),
    /** The first job with this key wins; a later request answers with that job. Default: the Idempotency-Key header. */
    idempotencyKey: plainText(1, 200).optional(),
    /** How many jobs with the same key may be under way at once. Default: the workflow's own setting. */
    concurrency: jobConcurrencyInput.optional(),
  })
  .meta({
    id: "NewJob",
    examples: [
      {
        workflowId: "019b76da-a800-7000-8000-000000000001",
        variables: { customer: "Example Ltd" },
        priority: "high",
        idempotencyKey: "invoice-2026-0042",
      },
    ],
  });
/** A job as a caller may write it: what has a default may be left out. */
export type JobInput = z.input<typeof jobInput>;

// Answers are looser than requests: a job that can be stored must be possible to look at.
export const jobError = z
  .object({ code: z.string(), message: z.string(), errorClass, details: jsonObject.optional() })
  .meta({ id: "JobError" });

/**
 * Why a waiting job is not started: `time`: its time has not come. `limit`: so many jobs as its concurrency limit allows are
 * under way. `pause`: its workflow or all jobs are paused.
 */
const heldBy = z.enum(["time", "limit", "pause"]);

/** A job without its variables and result. */
export const jobSummary = z
  .object({
    id: jobId,
    state: jobState,
    workflowId: z.string(),
    workflowVersion: z.int().optional(),
    workflowName: z.string().optional(),
    priority: z.int(),
    environment: z.string(),
    requires: z.array(z.string()),
    createdAt: instant,
    runAt: instant,
    deadline: instant.optional(),
    startedAt: instant.optional(),
    finishedAt: instant.optional(),
    /** Attempts begun so far. */
    attempt: z.int(),
    maxAttempts: z.int(),
    robotId: z.string().optional(),
    cancelRequested: z.boolean(),
    /** What a waiting job waits for; absent when a robot may take it. */
    heldBy: heldBy.optional(),
    concurrency: jobConcurrency.optional(),
    /** In [0, 1]. */
    progress: z.number().optional(),
    progressNote: z.string().optional(),
    error: jobError.optional(),
    retryOf: jobId.optional(),
    idempotencyKey: z.string().optional(),
  })
  .meta({ id: "JobSummary" });
/** A job as lists show it. */
export type JobSummaryDto = z.output<typeof jobSummary>;

const jobAttempt = z
  .object({
    attempt: z.int(),
    robotId: z.string().optional(),
    startedAt: instant,
    endedAt: instant.optional(),
    outcome: z.enum(["running", "completed", "failed", "cancelled", "timed_out", "lost", "released", "dead"]),
    error: jobError.optional(),
  })
  .meta({ id: "JobAttempt" });
/** One run of a job by one robot; `endedAt` is absent while it goes on. */
export type JobAttemptDto = z.output<typeof jobAttempt>;

/** All there is to know of a job; values of sensitive variables are masked. */
export const jobDto = jobSummary
  .extend({
    variables: json,
    retry: z.object({
      maxAttempts: z.number(),
      baseMs: z.number(),
      factor: z.number(),
      capMs: z.number(),
      jitter: z.number(),
    }),
    result: json.optional(),
    attempts: z.array(jobAttempt),
  })
  .meta({ id: "Job" });
/** A job with its variables, result and attempts. */
export type JobDto = z.output<typeof jobDto>;

/** A page of jobs, newest first. */
export const jobList = listOf(jobSummary);
/** Filters of the job list; a job must match all that are given. */
export const jobListQuery = listQuery.extend({
  state: severalOf(jobState).optional().describe("one or more states, separated by commas"),
  workflowId: uuid.optional(),
  robotId: plainText(1, 64).optional(),
  environment: plainText(1, 100).optional(),
  heldBy: heldBy.optional().describe("only waiting jobs that this holds back"),
  concurrencyKey: plainText(1, 200).optional().describe("under this key's limit; `workflow/<id>` for a workflow's own"),
  from: instant.optional().describe("created at this instant or later"),
  to: instant.optional().describe("created before this instant"),
});

/** Body of a cancellation, which may be left out; the reason is passed on to the robot and into the event. */
export const jobCancelInput = z.strictObject({ reason: plainText(1, 500).optional() }).optional();

const cancelFilter = notEmpty(
  z.strictObject({
    /** Default: both. */
    state: z
      .array(z.enum(["pending", "running"]))
      .min(1)
      .optional(),
    workflowId: uuid.optional(),
    robotId: plainText(1, 64).optional(),
    environment: plainText(1, 100).optional(),
    heldBy: heldBy.optional(),
    concurrencyKey: plainText(1, 200).optional(),
    /** Created at this instant or later. */
    from: instant.optional(),
    /** Created before this instant. */
    to: instant.optional(),
  }),
);

/** Which jobs to cancel: those that match all conditions of a filter, or really all. */
export const jobsCancelInput = z
  .strictObject({
    filter: cancelFilter.optional(),
    all: z.literal(true).optional(),
    reason: plainText(1, 500).optional(),
    ...bulkSteps,
  })
  .superRefine(exactlyOne(["filter", "all"]))
  .meta({ id: "CancelJobs", examples: [{ filter: { state: ["pending"], environment: "test" }, dryRun: true }] });
/** A cancellation of many jobs as a caller writes it. */
export type JobsCancelInput = z.input<typeof jobsCancelInput>;

/** What one call of a cancellation did. */
export const jobsCancelReport = z
  .object({
    dryRun: z.boolean(),
    /** Jobs that were found and had not ended. */
    matched: z.int(),
    /** They waited, and have ended. */
    cancelled: z.int(),
    /** They run; their robots were asked to stop. */
    requested: z.int(),
    /** There are more: call again with it as `cursor`. */
    nextCursor: z.string().optional(),
  })
  .meta({ id: "CancelJobsReport" });
/** The answer to a cancellation of many jobs. */
export type JobsCancelReportDto = z.output<typeof jobsCancelReport>;

/** Levels of a log line, least severe first. */
export const logLevel = z.enum(["debug", "info", "warning", "error", "critical"]);
/** One of the log levels. */
export type LogLevelDto = z.output<typeof logLevel>;

/** A line of a job's log. */
export const logLine = z
  .object({
    seq: eventSeq,
    at: instant,
    attempt: z.int().optional(),
    level: logLevel,
    node: z.string().optional(),
    message: z.string(),
    data: json.optional(),
  })
  .meta({ id: "LogLine" });
/** A log line as the API answers it; `seq` is its event's number and works as a cursor. */
export type LogLineDto = z.output<typeof logLine>;

/** A page of log lines, oldest first. */
export const logList = listOf(logLine);
/** Which lines of a job's log; a text answer pays no heed to `limit`. */
export const logListQuery = listQuery.extend({
  level: logLevel.default("debug").describe("this level and above"),
  cursor: eventSeq.optional().describe("`nextCursor` of the page before, or the `seq` of the last line you have"),
});

/** A page of a job's events, oldest first. */
export const jobEventList = listOf(eventDto);
/** Which events of a job; cursors are event numbers, so a reader can come back later with its last one. */
export const jobEventListQuery = listQuery.extend({
  types: severalOf(eventType).optional().describe("only these event types, separated by commas"),
  cursor: eventSeq.optional().describe("`nextCursor` of the page before, or the `seq` of the last event you have"),
});
