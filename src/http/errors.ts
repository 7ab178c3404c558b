import { defineErrors } from "../core/errors.ts";

/** The request as messages name it. */
interface Target {
  /** Method and origin, such as `GET https://api.example.com`: paths and queries carry tokens too often to be shown. */
  readonly target: string;
}

/** What this area throws. */
export const httpErrors = defineErrors({
  HTTP_URL_INVALID: {
    status: 422,
    message: (d: { problem: string }) => `The URL ${d.problem}; an absolute http or https URL is needed`,
  },
  HTTP_REQUEST_INVALID: {
    status: 422,
    message: (d: Target & { problem: string }) => `${d.target}: the request cannot be sent: ${d.problem}`,
  },
  HTTP_DNS_FAILED: {
    status: 502,
    retryable: true,
    message: (d: Target) => `${d.target}: the host name cannot be resolved`,
  },
  HTTP_REFUSED: {
    status: 502,
    retryable: true,
    message: (d: Target) => `${d.target}: the connection was refused; nothing listens there`,
  },
  HTTP_TLS_FAILED: {
    status: 502,
    message: (d: Target & { reason: string }) => `${d.target}: no secure connection: ${d.reason}`,
  },
  HTTP_UNREACHABLE: {
    status: 502,
    retryable: true,
    message: (d: Target & { reason: string }) => `${d.target}: the server cannot be reached: ${d.reason}`,
  },
  HTTP_CONNECTION_LOST: {
    status: 502,
    retryable: true,
    message: (d: Target) => `${d.target}: the connection was cut before the answer was complete`,
  },
  HTTP_RESPONSE_INVALID: {
    status: 502,
    message: (d: Target & { reason: string }) => `${d.target}: the answer is not valid HTTP: ${d.reason}`,
  },
  HTTP_RESPONSE_TOO_LARGE: {
    status: 502,
    message: (d: Target & { maxBytes: number }) => `${d.target}: the answer is larger than ${d.maxBytes} bytes`,
  },
  HTTP_TOO_MANY_REDIRECTS: {
    status: 502,
    message: (d: Target & { maxHops: number }) => `${d.target}: more than ${d.maxHops} redirects`,
  },
  HTTP_TIMED_OUT: {
    status: 504,
    retryable: true,
    message: (d: Target & { timeoutMs: number }) => `${d.target}: no complete answer within ${d.timeoutMs} ms`,
  },
  HTTP_ABORTED: {
    status: 499,
    message: (d: Target) => `${d.target}: the request was aborted`,
  },
  HTTP_CIRCUIT_OPEN: {
    status: 503,
    retryable: true,
    message: (d: Target & { failures: number; retryInMs: number }) =>
      `${d.target}: not tried, because the last ${d.failures} requests there failed; next try in ${d.retryInMs} ms`,
  },
  HTTP_CLIENT_CLOSED: {
    status: 503,
    message: (d: Target) => `${d.target}: not sent, because the HTTP client is closed`,
  },
});
