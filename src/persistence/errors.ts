import { defineErrors } from "../core/errors.ts";

/** What repositories and the blob store reject with; what belongs to another tenant counts as not there. */
export const persistenceErrors = defineErrors({
  WORKFLOW_STORE_NOT_FOUND: {
    status: 404,
    message: (d: { workflowId: string }) => `Workflow ${d.workflowId} does not exist in this tenant`,
  },
  WORKFLOW_STORE_CONFLICT: {
    status: 412,
    message: (d: { workflowId: string; expectedVersion: number; version: number }) =>
      `Workflow ${d.workflowId} is at version ${d.version}, not ${d.expectedVersion}; read it again and apply the change to that`,
  },
  ROBOT_STORE_NAME_TAKEN: {
    status: 409,
    message: (d: { name: string }) =>
      `A live robot with another key has the name "${d.name}"; give this one its own name (CASARE_ROBOT_NAME)`,
  },
  ROBOT_STORE_NOT_FOUND: {
    status: 404,
    message: (d: { robotId: string }) => `Robot ${d.robotId} does not exist in this tenant`,
  },
  PERSISTENCE_CURSOR_INVALID: {
    status: 400,
    message: () => "The cursor is not one that this list gave out; start again without a cursor",
  },
  BLOB_HASH_INVALID: {
    status: 422,
    message: (d: { sha256: string }) =>
      `"${d.sha256.slice(0, 80)}" is not a SHA-256; give 64 lower-case hexadecimal digits`,
  },
  BLOB_HASH_MISMATCH: {
    status: 422,
    message: (d: { expected: string; actual: string }) =>
      `The content's SHA-256 is ${d.actual}, not ${d.expected}; nothing was stored. Send it again`,
  },
  BLOB_TOO_LARGE: {
    status: 413,
    message: (d: { maxBytes: number }) => `The content is larger than ${d.maxBytes} bytes; nothing was stored`,
  },
  BLOB_STORE_FULL: {
    status: 507,
    retryable: true,
    message: (d: { directory: string }) => `No space is left for artifacts in ${d.directory}; free some and try again`,
  },
});
