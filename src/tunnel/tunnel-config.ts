import type { PayloadOf } from "../contracts/index.ts";
import { tunnelErrors } from "./errors.ts";

/** What a tunnel is told about both ends. */
export interface TunnelConfig {
  /** Address of the orchestrator: `http(s)://host:port`, a path prefix is kept. */
  readonly orchestratorUrl: string;
  /** The robot's key; sent in the `Authorization` header and nowhere else. */
  readonly key: string;
  /** How the robot introduces itself. */
  readonly registration: Omit<PayloadOf<"robot.hello">, "sessionId">;
  /** Milliseconds for dial and hello, default 10 000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds for an answer when the request sets none, default 15 000. */
  readonly requestTimeoutMs?: number;
}

/** Where a tunnel writes what happens to it; facts first, then a constant text. */
export interface TunnelLog {
  debug(facts: object, text: string): void;
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
}

/** The WebSocket address that belongs to an orchestrator. Throws TUNNEL_BAD_URL. */
export function robotSocketUrl(orchestratorUrl: string): string {
  const url = URL.canParse(orchestratorUrl) ? new URL(orchestratorUrl) : undefined;
  if (url === undefined) throw tunnelErrors.TUNNEL_BAD_URL({ problem: "cannot be read" });
  if (url.username !== "" || url.password !== "") throw tunnelErrors.TUNNEL_BAD_URL({ problem: "holds a user name" });
  if (url.search !== "" || url.hash !== "") throw tunnelErrors.TUNNEL_BAD_URL({ problem: "holds a query" });
  const scheme = { "http:": "ws:", "https:": "wss:", "ws:": "ws:", "wss:": "wss:" }[url.protocol];
  if (scheme === undefined) throw tunnelErrors.TUNNEL_BAD_URL({ problem: `has the scheme "${url.protocol}"` });
  return `${scheme}//${url.host}${url.pathname.replace(/\/+$/, "")}/ws/robot`;
}

/** How often to ping, and after how much silence the connection counts as dead: well before the lease ends. */
export function livenessOf(leaseMs: number): { readonly pingMs: number; readonly silenceMs: number } {
  return { pingMs: Math.min(leaseMs / 6, 10_000), silenceMs: leaseMs / 2 };
}
