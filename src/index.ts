/** The names most programs need; each area has a subpath with all of its own: `casare-rpa/queue`, `casare-rpa/browser`, … */

export type { RobotConfig } from "./agent/index.ts";
export { HeartbeatService, JobExecutor, RobotAgent } from "./agent/index.ts";
export type { RobotApiKey } from "./auth/index.ts";
export { RobotApiKeyService } from "./auth/index.ts";
export { closePlaywrightSingleton, getPlaywrightSingleton, PlaywrightManager } from "./browser/index.ts";
export { getUnifiedHttpClient, UnifiedHttpClient } from "./http/index.ts";
export { OrchestratorClient } from "./orchestrator/client/index.ts";
export type { OrchestratorConfig } from "./orchestrator/index.ts";
export { DLQManager, MemoryQueue, PgQueuerConsumer, PgQueuerProducer } from "./queue/index.ts";
export type { TunnelConfig, TunnelState } from "./tunnel/index.ts";
export { AgentTunnel } from "./tunnel/index.ts";
