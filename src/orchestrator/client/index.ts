/** The orchestrator's REST API from the outside. Loads no server. */
export { clientErrors } from "./errors.ts";
export type { FollowOptions } from "./follow-events.ts";
export type {
  ClientPage,
  DeadLetterListOptions,
  Download,
  JobListOptions,
  PageOptions,
  PauseOptions,
} from "./orchestrator-client.ts";
export { OrchestratorClient } from "./orchestrator-client.ts";
export type { CallOptions, ClientOptions, PostOptions } from "./send-request.ts";
export type { VersionOptions, WorkItemListOptions } from "./work-queues-client.ts";
export { WorkQueuesClient } from "./work-queues-client.ts";
