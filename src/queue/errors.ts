import { defineErrors } from "../core/errors.ts";

/** Everything the queue rejects with; QUEUE_CANCELLED, _DEADLINE_PASSED, _ROBOT_LOST and _RELEASED also stand in jobs as their failure. */
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
  QUEUE_CANCELLED: {
    status: 409,
    message: (d: { jobId: string; reason?: string }) =>
      `Job ${d.jobId} was cancelled${d.reason === undefined ? "" : `: ${d.reason}`}`,
  },
  QUEUE_DEADLINE_PASSED: {
    status: 504,
    message: (d: { jobId: string }) => `Job ${d.jobId} had not ended by its deadline`,
  },
  QUEUE_ROBOT_LOST: {
    status: 503,
    message: (d: { jobId: string; attempt: number }) =>
      `The robot of attempt ${d.attempt} at job ${d.jobId} did not renew its lease in time: it died, hung or lost its connection`,
  },
  QUEUE_RELEASED: {
    status: 503,
    message: (d: { jobId: string; attempt: number; reason: string }) =>
      `The robot of attempt ${d.attempt} gave job ${d.jobId} back: ${d.reason}`,
  },
  QUEUE_STOPPED: {
    status: 503,
    message: (d: { what: string }) => `${d.what} has been stopped; start a new one`,
  },
});
