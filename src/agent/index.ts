/** The robot: claims jobs, runs workflows, tells the orchestrator. Start at README.md. */
export type { AgentLog } from "./agent-log.ts";
export type { AgentConfig, RobotConfig } from "./config.ts";
export { agentConfig, defaultRobotName } from "./config.ts";
export { agentErrors } from "./errors.ts";
export type { HeartbeatOptions, HeartbeatReply, LeaseFigures } from "./heartbeat-service.ts";
export { HeartbeatService } from "./heartbeat-service.ts";
export type { JobExecutorOptions, RunningJob } from "./job-executor.ts";
export { JobExecutor } from "./job-executor.ts";
export type { StopReason } from "./job-outcome.ts";
export type { JobOffer, JobRun, RunJob } from "./perform-job.ts";
export type { RobotParts, RobotState } from "./robot-agent.ts";
export { RobotAgent } from "./robot-agent.ts";
export { robotLabels } from "./robot-labels.ts";
export type { RunRobotOptions } from "./run-robot.ts";
export { runRobot } from "./run-robot.ts";
export type { RunWorkflowRequest } from "./run-workflow.ts";
export { runWorkflow } from "./run-workflow.ts";
