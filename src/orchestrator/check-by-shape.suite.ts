import { isJsonObject } from "../core/json.ts";
import type { VariableDeclaration } from "../execution/index.ts";
import type { WorkflowCheck } from "./workflow-check.ts";

/** Stands for the engine: a document without `nodes` is in error; `requires`, `sensitive` and `integers` are taken from it. */
export const checkByShape: WorkflowCheck = (document) => {
  const file = isJsonObject(document) ? (document as Record<string, unknown>) : {};
  const metadata = (file["metadata"] ?? {}) as { name?: string; description?: string };
  const list = (key: string): string[] => (Array.isArray(file[key]) ? (file[key] as string[]) : []);
  return {
    name: metadata.name ?? "",
    description: metadata.description ?? "",
    requires: list("requires"),
    variables: [
      ...list("sensitive").map((name) => declare(name, { sensitive: true })),
      ...list("integers").map((name) => declare(name, { type: "Integer" })),
    ],
    issues: isJsonObject(file["nodes"])
      ? [{ severity: "note", code: "WORKFLOW_SMALL", message: "the workflow is small" }]
      : [
          { severity: "error", code: "WORKFLOW_NO_NODES", message: "there are no nodes", path: "nodes" },
          { severity: "error", code: "WORKFLOW_PORT", message: "no such port", node: "a", port: "x", suggestion: "y" },
        ],
  };
};

function declare(name: string, more: Partial<VariableDeclaration>): VariableDeclaration {
  return { name, type: "String", defaultValue: null, description: "", sensitive: false, readonly: false, ...more };
}

export function workflowDocument(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { metadata: { name: "Greet", description: "Says hello" }, nodes: {}, connections: [], ...changes };
}
