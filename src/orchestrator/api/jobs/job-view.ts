import { z } from "zod";
import type { JobAttemptDto, JobDto, JobSummaryDto, Json } from "../../../contracts/index.ts";
import { isJsonObject } from "../../../core/json.ts";
import type { Attempt, Job, JobFailure } from "../../../queue/index.ts";
import { isLifted } from "../../workflow-concurrency.ts";

/** Payload of a job that runs a workflow. Jobs that were put into the queue in other ways lack parts of it. */
const payloadShape = z.object({
  workflowVersion: z.int().optional().catch(undefined),
  workflowName: z.string().optional().catch(undefined),
  variables: z.unknown().optional(),
});

const MASK = "[secret]";

export function readPayload(job: Pick<Job, "payload">): z.output<typeof payloadShape> {
  return payloadShape.safeParse(job.payload).data ?? { variables: {} };
}

export function viewJobSummary(job: Job): JobSummaryDto {
  const { workflowVersion, workflowName } = readPayload(job);
  return {
    id: job.id,
    state: job.state,
    workflowId: job.kind,
    ...(workflowVersion !== undefined && { workflowVersion }),
    ...(workflowName !== undefined && { workflowName }),
    priority: job.priority,
    environment: job.environment,
    requires: [...job.requires],
    createdAt: job.createdAt.toISOString(),
    runAt: job.runAt.toISOString(),
    ...(job.deadline && { deadline: job.deadline.toISOString() }),
    ...(job.startedAt && { startedAt: job.startedAt.toISOString() }),
    ...(job.finishedAt && { finishedAt: job.finishedAt.toISOString() }),
    attempt: job.attempt,
    maxAttempts: job.retry.maxAttempts,
    ...(job.robotId !== undefined && { robotId: job.robotId }),
    cancelRequested: job.cancelRequested,
    ...(job.heldBy && { heldBy: job.heldBy }),
    ...(job.concurrency && !isLifted(job.concurrency) && { concurrency: job.concurrency }),
    ...(job.progress !== undefined && { progress: job.progress }),
    ...(job.progressNote !== undefined && { progressNote: job.progressNote }),
    ...(job.error && { error: viewFailure(job.error) }),
    ...(job.retryOf !== undefined && { retryOf: job.retryOf }),
    ...(job.idempotencyKey !== undefined && { idempotencyKey: job.idempotencyKey }),
  };
}

export interface JobParts {
  readonly attempts: readonly Attempt[];
  /** Names of variables whose values nobody gets to see; undefined hides all. */
  readonly sensitive: readonly string[] | undefined;
}

export function viewJob(job: Job, { attempts, sensitive }: JobParts): JobDto {
  return {
    ...viewJobSummary(job),
    variables: maskVariables(readPayload(job).variables, sensitive),
    retry: job.retry,
    ...(job.result !== undefined && { result: job.result }),
    attempts: attempts.map(viewAttempt),
  };
}

function maskVariables(variables: unknown, sensitive: readonly string[] | undefined): Json {
  if (!isJsonObject(variables)) return {};
  const entries = Object.entries(variables);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, !sensitive || sensitive.includes(name) ? MASK : value]),
  );
}

function viewAttempt(attempt: Attempt): JobAttemptDto {
  return {
    attempt: attempt.attempt,
    ...(attempt.robotId !== undefined && { robotId: attempt.robotId }),
    startedAt: attempt.startedAt.toISOString(),
    ...(attempt.endedAt && { endedAt: attempt.endedAt.toISOString() }),
    outcome: attempt.outcome,
    ...(attempt.error && { error: viewFailure(attempt.error) }),
  };
}

export function viewFailure(failure: JobFailure): NonNullable<JobSummaryDto["error"]> {
  const { code, message, errorClass, details } = failure;
  return {
    code,
    message,
    errorClass,
    ...(details && { details }),
  };
}
