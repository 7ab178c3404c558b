/** The workflow engine: parse → compile → run. Start at README.md. */
export { toCanonicalJson } from "./canonical-json.ts";
export type { CompiledWorkflow } from "./compile-workflow.ts";
export { compileWorkflow } from "./compile-workflow.ts";
export { executionErrors } from "./errors.ts";
export { ExecutionContext } from "./execution-context.ts";
export type { CompiledExpression } from "./expression.ts";
export { compileExpression } from "./expression.ts";
export { asText, equalValues, isTruthy, kindOf, numberOf, numberOfText, orderOf } from "./expression-values.ts";
export type { WorkflowIssue } from "./issue.ts";
export type { JsonFaultPlace } from "./json-fault.ts";
export { findDuplicateKey, findJsonFault } from "./json-fault.ts";
export type {
  AnyNode,
  ConfigSchema,
  LogLevel,
  NodeContext,
  NodeDefinition,
  NodeEffect,
  NodeResult,
  NodeStructure,
  PortType,
  VariableScope,
} from "./node-definition.ts";
export { nodeDefiner } from "./node-definition.ts";
export {
  anything,
  choice,
  decimal,
  dict,
  flag,
  integer,
  list,
  maybe,
  text,
  textOr,
  withDefault,
} from "./parameters.ts";
export type { ParsedWorkflow } from "./parse-workflow.ts";
export { parseWorkflow, parseWorkflowText } from "./parse-workflow.ts";
export type { Plan, PlanNode } from "./plan.ts";
export type { Reference } from "./references.ts";
export type { NodeRegistry } from "./registry.ts";
export { createRegistry } from "./registry.ts";
export type { RunError, RunEvent, RunEventBody, RunStatus } from "./run-events.ts";
export type { CapabilitySource, RunOptions } from "./run-options.ts";
export { runPlan } from "./run-plan.ts";
export type { RunReport } from "./run-report.ts";
export type { RunState } from "./run-state.ts";
export { findMismatches } from "./run-variables.ts";
export type { ValueScope } from "./value-scope.ts";
export type {
  Connection,
  VariableDeclaration,
  VariableType,
  WorkflowFile,
  WorkflowMetadata,
  WorkflowNode,
  WorkflowSettings,
} from "./workflow-file.ts";
export type { WorkflowLimits } from "./workflow-limits.ts";
export { DEFAULT_WORKFLOW_LIMITS } from "./workflow-limits.ts";
