/** Schemas of all that crosses a process border: robot messages, REST bodies. Needs only zod; shared with the dashboard. */
export { envelope, PROTOCOL_VERSION } from "./envelope.ts";
export type { OrchestratorMessage, Outgoing, RobotIntent, RobotMessage } from "./robot-messages.ts";
export {
  errorClass,
  jobEvent,
  jobFailure,
  orchestratorMessage,
  retryPolicy,
  robotIntent,
  robotMessage,
} from "./robot-messages.ts";
