/** Robots as the orchestrator sees them: their connections, control, status. Start at README.md. */
export type { ControlChannel } from "./control-channel.ts";
export { createControlChannel } from "./control-channel.ts";
export type { FleetSettings } from "./fleet-parts.ts";
export type { RobotGateway } from "./robot-gateway.ts";
export { createRobotGateway } from "./robot-gateway.ts";
