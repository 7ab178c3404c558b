import { defineErrors } from "../core/errors.ts";

/** What stops a robot from starting (key, name, folder), ends a job on it, or keeps a job's file from being uploaded. */
export const agentErrors = defineErrors({
  AGENT_KEY_MISSING: {
    status: 401,
    message: () =>
      "The robot has no key; make one with `casare key create` and set it as CASARE_ROBOT_KEY or CASARE_ROBOT_KEY_FILE",
  },
  AGENT_NAME_IN_USE: {
    status: 409,
    message: (d: { name: string; pid: number; hostname: string }) =>
      `Robot "${d.name}" runs already as process ${d.pid} on ${d.hostname}; stop it, or set another CASARE_ROBOT_NAME`,
  },
  AGENT_FOLDER_UNUSABLE: {
    status: 507,
    message: (d: { folder: string; problem: string }) =>
      `The robot cannot use its folder ${d.folder}: ${d.problem}; make it writable, or set another CASARE_HOME`,
  },
  AGENT_STOPPED: {
    status: 409,
    message: (d: { name: string }) => `Robot "${d.name}" was stopped and cannot start again; make a new one`,
  },
  AGENT_JOB_CANCELLED: {
    status: 499,
    message: (d: { jobId: string }) => `Job ${d.jobId} was stopped because its cancellation was asked for`,
  },
  AGENT_LEASE_EXPIRED: {
    status: 503,
    retryable: true,
    message: (d: { jobId: string }) =>
      `Job ${d.jobId} was stopped because the orchestrator could not be reached before its lease ended`,
  },
  AGENT_ROBOT_DIED: {
    status: 500,
    retryable: true,
    message: (d: { jobId: string }) => `The robot ended unexpectedly while it ran job ${d.jobId}`,
  },
  AGENT_RUN_BROKEN: {
    status: 500,
    message: (d: { jobId: string }) =>
      `Job ${d.jobId} could not be run because of a defect of the robot; its log tells more`,
  },
  AGENT_ARTIFACT_TOO_LARGE: {
    status: 413,
    message: (d: { name: string; sizeBytes: number; limitBytes: number }) =>
      `File ${d.name} has ${d.sizeBytes} bytes, more than the ${d.limitBytes} of CASARE_ROBOT_ARTIFACT_MAX_BYTES, and stays on the robot`,
  },
  AGENT_ARTIFACT_REFUSED: {
    status: 422,
    message: (d: { name: string; status: number; code: string }) =>
      `The orchestrator did not take the file ${d.name}: HTTP status ${d.status}, ${d.code}`,
  },
  AGENT_ARTIFACT_UNREACHABLE: {
    status: 503,
    retryable: true,
    message: (d: { name: string; timeoutMs: number }) =>
      `File ${d.name} could not be uploaded within ${d.timeoutMs} ms; it stays in the job's folder on the robot`,
  },
});
