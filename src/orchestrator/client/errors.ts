import { defineErrors } from "../../core/errors.ts";

/** What the client itself rejects with. An error the orchestrator answers keeps the orchestrator's code. */
export const clientErrors = defineErrors({
  ORCHESTRATOR_URL_INVALID: {
    status: 400,
    message: (d: { problem: string }) =>
      `The orchestrator's address ${d.problem}; expected http:// or https://, such as http://127.0.0.1:8000`,
  },
  ORCHESTRATOR_UNREACHABLE: {
    status: 503,
    retryable: true,
    message: (d: { baseUrl: string; reason: string }) =>
      `The orchestrator at ${d.baseUrl} cannot be reached: ${d.reason}. Is it running, and is the address right?`,
  },
  ORCHESTRATOR_BAD_ANSWER: {
    status: 502,
    message: (d: { baseUrl: string; status: number; problem: string }) =>
      `What answers at ${d.baseUrl} is no orchestrator of this release (HTTP ${d.status}): ${d.problem}`,
  },
});
