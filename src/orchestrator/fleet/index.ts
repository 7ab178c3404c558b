/** Robots as the orchestrator sees them: their connections, control, status. Start at README.md. */
export type { ControlChannel, ControlListener, ControlOrder } from "./control-channel.ts";
export { createControlChannel } from "./control-channel.ts";
export { fleetErrors } from "./errors.ts";
export type { FleetLog, FleetSettings } from "./fleet-parts.ts";
export type { WorkflowJobPayload } from "./job-payload.ts";
export { workflowJobPayload } from "./job-payload.ts";
export type { RobotControl } from "./robot-control.ts";
export type { RobotGateway, RobotGatewayOptions } from "./robot-gateway.ts";
export { createRobotGateway } from "./robot-gateway.ts";
export { robotStatus } from "./robot-status.ts";
