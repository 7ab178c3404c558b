import { compileWorkflow, createRegistry, parseWorkflow } from "../execution/index.ts";
import { allNodes, typeAliases } from "../nodes/index.ts";
import type { WorkflowCheck } from "./workflow-check.ts";

/** Checks workflows by compiling them with the nodes of this release. */
export function createWorkflowCheck(): WorkflowCheck {
  const registry = createRegistry(allNodes, typeAliases);
  return (document) => {
    const parsed = parseWorkflow(document);
    if (!parsed.file) return { name: "", description: "", requires: [], variables: [], issues: parsed.issues };
    const { metadata, variables } = parsed.file;
    const compiled = compileWorkflow(parsed.file, registry);
    return {
      name: metadata.name,
      description: metadata.description,
      requires: compiled.plan?.needs ?? [],
      variables: [...variables.values()],
      issues: [...parsed.issues, ...compiled.issues],
    };
  };
}
