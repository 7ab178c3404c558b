/** What is kept beside the queue: workflows, robots, events, artifacts. Start at README.md. */
export { createArtifactRepository } from "./artifact-repository.ts";
export { persistenceErrors } from "./errors.ts";
export { createEventRepository, EVENTS_CHANNEL } from "./event-repository.ts";
export { createFileBlobStore } from "./file-blob-store.ts";
export type { IdempotencyClaim, IdempotencyStore, KeyedRequest } from "./idempotency-store.ts";
export { createIdempotencyStore } from "./idempotency-store.ts";
export type {
  ArtifactRecord,
  EventRecord,
  NewEvent,
  RobotRecord,
  RobotStatus,
  WorkflowConcurrency,
  WorkflowRecord,
  WorkflowSummary,
} from "./records.ts";
export type {
  ArtifactRepository,
  BlobStore,
  EventFilter,
  EventRepository,
  ListPage,
  ListRequest,
  RobotRegistration,
  RobotRepository,
  WorkflowDraft,
  WorkflowRepository,
} from "./repositories.ts";
export { createRobotRepository } from "./robot-repository.ts";
export type { Duty } from "./run-exclusively.ts";
export { runExclusively } from "./run-exclusively.ts";
export { newestMigration } from "./schema-state.ts";
export { listTenantIds } from "./tenants.ts";
export { createWorkflowRepository } from "./workflow-repository.ts";
