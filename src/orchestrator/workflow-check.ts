import type { WorkflowIssueDto } from "../contracts/index.ts";
import type { JsonValue } from "../core/json.ts";
import type { VariableDeclaration } from "../execution/index.ts";

/** What the orchestrator wants to know of a workflow file. */
export interface CheckedWorkflow {
  /** "" when the file cannot be read or has none. */
  readonly name: string;
  readonly description: string;
  /** Labels a robot must offer. */
  readonly requires: readonly string[];
  readonly variables: readonly VariableDeclaration[];
  readonly issues: readonly WorkflowIssueDto[];
}

/** Reads and compiles a workflow file without running it. Never throws for what is in the file. */
export type WorkflowCheck = (document: JsonValue) => CheckedWorkflow;
