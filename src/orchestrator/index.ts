/** The server: REST API, events, robots' connections, upkeep. Start at README.md. Its client: client/index.ts. */
export { createWorkflowCheck } from "./check-with-engine.ts";
export type { OrchestratorConfig } from "./config.ts";
export { orchestratorConfig } from "./config.ts";
export type { Orchestrator, OrchestratorDependencies } from "./create-orchestrator.ts";
export { createOrchestrator } from "./create-orchestrator.ts";
export { orchestratorErrors } from "./errors.ts";
export type { OrchestratorLog } from "./log.ts";
export type { Limits, Readiness, Services } from "./services.ts";
export type { OrchestratorSettings, RunningOrchestrator, StartOptions } from "./start-orchestrator.ts";
export { startOrchestrator } from "./start-orchestrator.ts";
export type { CheckedWorkflow, WorkflowCheck } from "./workflow-check.ts";
