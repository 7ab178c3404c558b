import type { ProblemItem } from "../contracts/index.ts";
import { defineErrors } from "../core/errors.ts";

/** Facts of a problem that has several parts; `errors` becomes the `errors[]` of the answer. */
export interface ItemizedDetails {
  readonly errors: readonly ProblemItem[];
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

/** Refusals of REST requests whatever they are about, of workflows and artifacts, and what keeps the server from listening. */
export const orchestratorErrors = defineErrors({
  REQUEST_INVALID: {
    status: 422,
    message: (d: ItemizedDetails) =>
      `The request has ${plural(d.errors.length, "error")}: ${d.errors[0]?.path ?? ""} ${d.errors[0]?.message ?? ""}`,
  },
  REQUEST_MALFORMED: {
    status: 400,
    message: (d: { problem: string; line?: number; column?: number; suggestion?: string }) =>
      d.line === undefined
        ? `The request cannot be read: ${d.problem}`
        : `The request cannot be read: line ${d.line}, column ${d.column}: ${d.problem}; ${d.suggestion}`,
  },
  REQUEST_TOO_LARGE: {
    status: 413,
    message: (d: { maxBytes: number }) => `The request's body is larger than ${d.maxBytes} bytes`,
  },
  REQUEST_MEDIA_TYPE: {
    status: 415,
    message: (d: { accepted: readonly string[] }) => `The body's Content-Type must be one of ${d.accepted.join(", ")}`,
  },
  ROUTE_NOT_FOUND: {
    status: 404,
    message: (d: { method: string; path: string }) =>
      `There is no ${d.method} ${d.path}; /openapi.json lists what there is`,
  },
  WEBSOCKET_EXPECTED: {
    status: 426,
    message: (d: { path: string }) =>
      `${d.path} is a WebSocket: connect by an upgrade request (ws:// or wss://) that carries the API key; contracts/messages.json of the package describes its messages`,
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    message: (d: { method: string; path: string; allowed: readonly string[] }) =>
      `${d.path} does not take ${d.method}; it takes ${d.allowed.join(", ")}`,
  },
  PROTOCOL_VERSION: {
    status: 426,
    message: (d: { expected: number }) => `This orchestrator speaks version ${d.expected} of the message protocol`,
  },
  RANGE_NOT_SATISFIABLE: {
    status: 416,
    message: (d: { sizeBytes: number }) =>
      `The content has ${d.sizeBytes} bytes, and none of them lies in the Range that was asked for`,
  },
  PRECONDITION_INVALID: {
    status: 400,
    message: () => 'If-Match must be * or entity tags as GET gives them, such as "3"',
  },
  INTERNAL: {
    status: 500,
    message: () => "Something went wrong inside; the server's log tells more under the requestId",
  },
  IDEMPOTENCY_KEY_INVALID: {
    status: 400,
    message: () => "Idempotency-Key must be 1 to 200 visible ASCII characters",
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    message: (d: { key: string }) =>
      `The idempotency key "${d.key}" was used for another request; use a new key for a new request`,
  },
  IDEMPOTENCY_IN_FLIGHT: {
    status: 409,
    retryable: true,
    message: (d: { key: string }) =>
      `A request with the idempotency key "${d.key}" is still being handled; send it again later`,
  },
  WORKFLOW_INVALID: {
    status: 422,
    message: (d: ItemizedDetails) =>
      `The workflow has ${plural(d.errors.length, "error")} and was not stored: ${d.errors[0]?.message ?? ""}`,
  },
  WORKFLOW_VERSION_NOT_FOUND: {
    status: 404,
    message: (d: { workflowId: string; version: number }) =>
      `Workflow ${d.workflowId} has no version ${d.version} in this tenant`,
  },
  ARTIFACT_NOT_FOUND: {
    status: 404,
    message: (d: { jobId: string; artifactId: string }) =>
      `Job ${d.jobId} has no artifact ${d.artifactId} in this tenant`,
  },
  ARTIFACT_LOST: {
    status: 410,
    message: (d: { artifactId: string; sha256: string }) =>
      `The content of artifact ${d.artifactId} (SHA-256 ${d.sha256}) is not in the artifact folder any more`,
  },
  WORK_ITEM_FILE_NOT_FOUND: {
    status: 404,
    message: (d: { itemId: string; fileId: string }) => `Work item ${d.itemId} has no file ${d.fileId} in this tenant`,
  },
  ORCHESTRATOR_CLOSING: {
    status: 503,
    retryable: true,
    message: () => "The orchestrator stops or restarts",
  },
  ORCHESTRATOR_PORT_IN_USE: {
    status: 409,
    message: (d: { host: string; port: number }) =>
      `Port ${d.port} on ${d.host} is taken by another program; stop it or set CASARE_PORT to a free port`,
  },
  ORCHESTRATOR_CANNOT_LISTEN: {
    status: 500,
    message: (d: { host: string; port: number; reason: string }) =>
      `Cannot listen on ${d.host}, port ${d.port}: ${d.reason}. Check CASARE_HOST and CASARE_PORT`,
  },
});
