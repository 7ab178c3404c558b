import { defineErrors } from "../core/errors.ts";

/** Why the link cannot be made or goes down, and why a request over it failed. Retryable ones may be sent again as they are. */
export const tunnelErrors = defineErrors({
  TUNNEL_BAD_URL: {
    status: 400,
    message: (d: { problem: string }) =>
      `The orchestrator's address ${d.problem}; give it as http(s)://host:port without user name or query`,
  },
  TUNNEL_UNAUTHORIZED: {
    status: 401,
    message: (d: { url: string }) =>
      `${d.url} does not accept the robot's key: it is wrong, expired or revoked. Make a new one and set it as the robot's key`,
  },
  TUNNEL_FORBIDDEN: {
    status: 403,
    message: (d: { url: string }) => `${d.url} does not let this key act as a robot; use a key of kind "robot"`,
  },
  TUNNEL_PROTOCOL_VERSION: {
    status: 426,
    message: (d: { url: string; version: number }) =>
      `${d.url} speaks another version of the robot protocol than ours (${d.version}); run the same release on both sides`,
  },
  TUNNEL_REPLACED: {
    status: 409,
    message: (d: { name: string }) =>
      `Another process registered as robot "${d.name}" and took over; give each robot process its own name`,
  },
  TUNNEL_NAME_TAKEN: {
    status: 409,
    message: (d: { name: string }) =>
      `A robot with another key runs as "${d.name}" already; give this one its own name with CASARE_ROBOT_NAME or --name`,
  },
  TUNNEL_NOT_CONNECTED: {
    status: 503,
    retryable: true,
    message: (d: { request: string }) => `${d.request} was not answered: there is no connection to the orchestrator`,
  },
  TUNNEL_NO_ANSWER: {
    status: 504,
    retryable: true,
    message: (d: { request: string; timeoutMs: number }) => `${d.request} was not answered within ${d.timeoutMs} ms`,
  },
  TUNNEL_TRY_LATER: {
    status: 503,
    retryable: true,
    message: (d: { request: string; code: string; reason: string }) =>
      `The orchestrator cannot handle ${d.request} now (${d.code}): ${d.reason}`,
  },
  TUNNEL_REFUSED: {
    status: 422,
    message: (d: { request: string; code: string; reason: string }) =>
      `The orchestrator refused ${d.request} (${d.code}): ${d.reason}`,
  },
});
