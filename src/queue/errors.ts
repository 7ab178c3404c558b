import { defineErrors } from "../core/errors.ts";

export const queueErrors = defineErrors({
  QUEUE_JOB_NOT_FOUND: {
    status: 404,
    message: (d: { jobId: string }) => `Job ${d.jobId} does not exist in this tenant`,
  },
  QUEUE_JOB_FINISHED: {
    status: 409,
    message: (d: { jobId: string; state: string }) => `Job ${d.jobId} has already ended as ${d.state}`,
  },
  QUEUE_JOB_NOT_FINISHED: {
    status: 409,
    message: (d: { jobId: string; state: string }) =>
      `Job ${d.jobId} is ${d.state}; only a job that has ended can be retried. Cancel it first`,
  },
  QUEUE_LEASE_LOST: {
    status: 409,
    message: (d: { jobId: string; attempt: number }) =>
      `Attempt ${d.attempt} no longer holds job ${d.jobId}: its lease was lost or the job has ended`,
  },
  QUEUE_SESSION_EXPIRED: {
    status: 409,
    message: (d: { sessionId: string }) => `Session ${d.sessionId} is not live any more; open a new one`,
  },
  QUEUE_DEAD_LETTER_NOT_FOUND: {
    status: 404,
    message: (d: { jobId: string }) => `There is no dead letter of job ${d.jobId} in this tenant`,
  },
  QUEUE_DEAD_LETTER_REQUEUED: {
    status: 409,
    message: (d: { jobId: string; requeuedAs: string }) =>
      `The dead letter of job ${d.jobId} was already requeued as job ${d.requeuedAs}`,
  },
  QUEUE_INVALID: {
    status: 422,
    message: (d: { path: string; problem: string }) => `${d.path}: ${d.problem}`,
  },
});
