import type { JsonValue } from "../../core/json.ts";
import {
  compileWorkflow,
  createRegistry,
  type ParsedWorkflow,
  type Plan,
  parseWorkflow,
  parseWorkflowText,
  type WorkflowFile,
  type WorkflowIssue,
} from "../../execution/index.ts";
import { allNodes, typeAliases } from "../../nodes/index.ts";

/** A workflow file after parsing and compiling; what could not be made of it is undefined, and the issues say why. */
export interface ExaminedWorkflow {
  readonly file: WorkflowFile | undefined;
  readonly plan: Plan | undefined;
  readonly issues: readonly WorkflowIssue[];
}

/** Reads and compiles workflow files with all node types of this release. */
export interface WorkflowExaminer {
  text(text: string): ExaminedWorkflow;
  document(document: JsonValue): ExaminedWorkflow;
}

export function createWorkflowExaminer(): WorkflowExaminer {
  const registry = createRegistry(allNodes, typeAliases);

  function compile({ file, issues }: ParsedWorkflow): ExaminedWorkflow {
    if (file === undefined) return { file, plan: undefined, issues };
    const compiled = compileWorkflow(file, registry);
    return { file, plan: compiled.plan, issues: [...issues, ...compiled.issues] };
  }

  return {
    text: (text) => compile(parseWorkflowText(text)),
    document: (document) => compile(parseWorkflow(document)),
  };
}

/** What the orchestrator asks about a workflow before it stores one. */
export function checkForOrchestrator(examiner: WorkflowExaminer) {
  return (document: JsonValue) => {
    const { file, plan, issues } = examiner.document(document);
    return {
      name: file?.metadata.name ?? "",
      description: file?.metadata.description ?? "",
      requires: plan?.needs ?? [],
      variables: [...(file?.variables.values() ?? [])],
      issues: issues.map((issue) => ({ ...issue })),
    };
  };
}
