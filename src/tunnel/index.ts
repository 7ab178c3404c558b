/** The robot's link to the orchestrator. Start at README.md. */
export type { TunnelHandlers, TunnelRequest, TunnelTools } from "./agent-tunnel.ts";
export { AgentTunnel } from "./agent-tunnel.ts";
export { tunnelErrors } from "./errors.ts";
export type { TunnelConfig, TunnelLog } from "./tunnel-config.ts";
export type { TunnelState } from "./tunnel-state.ts";
