import { defineErrors } from "../core/errors.ts";

const at = (position: number): string => `(at character ${position + 1})`;
const hint = (suggestion: string | undefined): string => (suggestion === undefined ? "" : `; ${suggestion}`);

/**
 * What compiling an expression and running a workflow fail with. Messages name nodes, ports, names and positions; values
 * are left out, because they may be secret.
 */
export const executionErrors = defineErrors({
  EXPRESSION_SYNTAX: {
    status: 422,
    message: (d: { reason: string; position: number }) => `${d.reason} ${at(d.position)}`,
  },
  EXPRESSION_TOO_LONG: {
    status: 422,
    message: (d: { what: string; limit: number; position: number }) =>
      `${d.what} is longer than ${d.limit} ${at(d.position)}; move parts of it into variables`,
  },
  EXPRESSION_TOO_DEEP: {
    status: 422,
    message: (d: { limit: number; position: number }) =>
      `The expression nests deeper than ${d.limit} levels ${at(d.position)}; move parts of it into variables`,
  },
  EXPRESSION_TOO_MANY_STEPS: {
    status: 422,
    message: (d: { limit: number }) =>
      `The expression takes more than ${d.limit} steps; use nodes and loops for large data`,
  },
  EXPRESSION_RESULT_TOO_LARGE: {
    status: 422,
    message: (d: { what: string; limit: number; position: number }) =>
      `${d.what} would be larger than ${d.limit} ${at(d.position)}; use files for large data`,
  },
  EXPRESSION_FUNCTION_UNKNOWN: {
    status: 422,
    message: (d: { name: string; position: number; suggestion?: string | undefined }) =>
      `There is no function ${d.name} ${at(d.position)}${hint(d.suggestion)}`,
  },
  EXPRESSION_ARGUMENTS_INVALID: {
    status: 422,
    message: (d: { name: string; reason: string; position: number }) => `${d.name}: ${d.reason} ${at(d.position)}`,
  },
  EXPRESSION_TYPE_MISMATCH: {
    status: 422,
    message: (d: { reason: string; position: number }) => `${d.reason} ${at(d.position)}`,
  },
  EXPRESSION_DIVISION_BY_ZERO: {
    status: 422,
    message: (d: { position: number }) => `Division by zero ${at(d.position)}; test the divisor before`,
  },
  EXPRESSION_NUMBER_INVALID: {
    status: 422,
    message: (d: { position: number }) => `The result is no finite number ${at(d.position)}`,
  },
  EXPRESSION_INDEX_OUT_OF_RANGE: {
    status: 422,
    message: (d: { index: number; length: number; position: number }) =>
      `Index ${d.index} lies outside of ${d.length} elements ${at(d.position)}; test the length before`,
  },
  WORKFLOW_REFERENCE_UNKNOWN: {
    status: 422,
    message: (d: { name: string; reason: string; position: number; suggestion?: string | undefined }) =>
      `${d.name}: ${d.reason} ${at(d.position)}${hint(d.suggestion)}`,
  },
  WORKFLOW_VARIABLE_INVALID: {
    status: 422,
    message: (d: { variable: string; type: string; reason: string }) =>
      `Variable ${d.variable} must be of the type ${d.type}: ${d.reason}; pass a value of that type or change the declaration`,
  },
  WORKFLOW_VARIABLE_READONLY: {
    status: 409,
    message: (d: { variable: string }) =>
      `Variable ${d.variable} is readonly; write to another variable, or drop readonly from its declaration`,
  },
  WORKFLOW_CONFIG_INVALID: {
    status: 422,
    message: (d: { node: string; parameter: string; reason: string }) =>
      `Parameter ${d.parameter} of ${d.node}: ${d.reason}`,
  },
  WORKFLOW_ITEMS_MISSING: {
    status: 422,
    message: (d: { node: string }) =>
      `Loop ${d.node} has nothing to go through: set items or list_var, or mode range with start and end`,
  },
  WORKFLOW_RANGE_INVALID: {
    status: 422,
    message: (d: { node: string }) =>
      `Loop ${d.node} has step 0 and would never end; use a positive or a negative step`,
  },
  WORKFLOW_LOOP_LIMIT: {
    status: 422,
    message: (d: { node: string; limit: number }) =>
      `Loop ${d.node} reached its limit of ${d.limit} iterations while its condition still held; raise max_iterations or correct the condition`,
  },
  WORKFLOW_LOOP_MISSING: {
    status: 422,
    message: (d: { node: string; loop?: string | undefined }) =>
      d.loop === undefined
        ? `${d.node} was reached outside of any loop; move it into a loop's body`
        : `${d.node} belongs to loop ${d.loop}, which is not running here; move it into that loop's body`,
  },
  WORKFLOW_ROUTE_UNKNOWN: {
    status: 500,
    message: (d: { node: string; type: string; route: string }) =>
      `Node ${d.node} (${d.type}) took the flow output ${d.route}, which it does not have`,
  },
  WORKFLOW_OUTPUT_INVALID: {
    status: 500,
    message: (d: { what: string; reason: string }) => `${d.what} is no JSON data: ${d.reason}`,
  },
  WORKFLOW_NODE_FAILED: {
    status: 500,
    message: (d: { node: string; type: string; reason: string }) => `Node ${d.node} (${d.type}) failed: ${d.reason}`,
  },
  WORKFLOW_NODE_TIMED_OUT: {
    status: 504,
    retryable: true,
    message: (d: { node: string; type: string; timeoutMs: number }) =>
      `Node ${d.node} (${d.type}) did not finish within ${d.timeoutMs} ms; raise the timeout in the workflow's settings, or split the step`,
  },
  WORKFLOW_NODE_OVER: {
    status: 409,
    message: (d: { node: string }) => `Node ${d.node} has ended or was given up; it may no longer act on the run`,
  },
  WORKFLOW_CAPABILITY_MISSING: {
    status: 422,
    message: (d: { capability: string }) =>
      `This run offers no ${d.capability}; run the workflow on a robot that has it`,
  },
  WORKFLOW_CANCELLED: { status: 499, message: () => "The run was cancelled" },
  WORKFLOW_TIMED_OUT: {
    status: 504,
    retryable: true,
    message: (d: { timeoutMs: number }) => `The run did not finish within ${d.timeoutMs} ms`,
  },
  WORKFLOW_STATE_INVALID: {
    status: 422,
    message: (d: { reason: string }) =>
      `The checkpoint cannot be gone on with: ${d.reason}; start the run from the beginning`,
  },
});
