import { defineErrors } from "../../core/errors.ts";

export const fleetErrors = defineErrors({
  FLEET_UNAVAILABLE: {
    status: 503,
    retryable: true,
    message: () => "The orchestrator cannot handle this now; send it again later",
  },
  FLEET_INTERNAL: {
    status: 500,
    retryable: true,
    message: () => "The orchestrator failed to handle this; its log tells why",
  },
  FLEET_PROTOCOL_VERSION: {
    status: 426,
    message: (d: { expected: number }) =>
      `This orchestrator speaks version ${d.expected} of the robot protocol; run a robot of the same release`,
  },
  FLEET_MALFORMED: {
    status: 400,
    message: (d: { problem: string }) => `The message cannot be read: ${d.problem}`,
  },
  FLEET_HELLO_EXPECTED: {
    status: 409,
    message: (d: { type: string }) => `The first message has to be robot.hello, not ${d.type}`,
  },
  FLEET_HELLO_REPEATED: {
    status: 409,
    message: () => "The robot is registered already; connect again to register anew",
  },
  FLEET_SESSION_MISMATCH: {
    status: 409,
    message: (d: { sessionId: string }) =>
      `Session ${d.sessionId} is not the one of this connection; use the one that robot.registered named`,
  },
  FLEET_EVENT_REFUSED: {
    status: 422,
    message: (d: { type: string }) => `Robots may not report events of the type "${d.type}"`,
  },
  FLEET_REPLACED: {
    status: 409,
    message: (d: { name: string }) =>
      `Another process registered as robot "${d.name}"; give each robot process its own name`,
  },
  FLEET_JOB_UNREADABLE: {
    status: 422,
    message: (d: { jobId: string; problem: string }) =>
      `Job ${d.jobId} does not say which workflow to run (${d.problem}); submit it again through the API`,
  },
  FLEET_WORKFLOW_MISSING: {
    status: 422,
    message: (d: { workflowId: string; version: number }) =>
      `Version ${d.version} of workflow ${d.workflowId} does not exist; submit the job again with an existing one`,
  },
  FLEET_WORKFLOW_TOO_LARGE: {
    status: 422,
    message: (d: { workflowId: string; sizeBytes: number; limitBytes: number }) =>
      `Workflow ${d.workflowId} with the job's variables has ${d.sizeBytes} bytes, more than the ${d.limitBytes} that a robot accepts; pass large data as files`,
  },
});
