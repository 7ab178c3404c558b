import type { JsonValue } from "../core/json.ts";
import type { IssueList } from "./issue-list.ts";
import { placeFault } from "./json-fault.ts";
import { scanJson } from "./json-scanner.ts";
import type { WorkflowLimits } from "./workflow-limits.ts";

/** Reads the text of a workflow file; undefined when it is no JSON or too large, with the reason among the issues. */
export function parseJsonText(text: string, limits: WorkflowLimits, issues: IssueList): JsonValue | undefined {
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes > limits.textBytes) {
    issues.error("WORKFLOW_TOO_LARGE", `The file has ${sizeBytes} bytes; ${limits.textBytes} are allowed`, {
      suggestion: "keep large data in files that the workflow reads, and split the workflow",
    });
    return undefined;
  }
  // Windows editors put a byte order mark in front.
  const plain = text.replace(/^\uFEFF/, "");
  const { fault, duplicates } = scanJson(plain, limits.depth);
  if (fault !== undefined) {
    const { kind, line, column, reason, suggestion } = placeFault(plain, fault);
    const code = kind === "too-deep" ? "WORKFLOW_TOO_DEEP" : "WORKFLOW_JSON_INVALID";
    const path = `line ${line}, column ${column}`;
    issues.error(code, `Line ${line}, column ${column}: ${reason}`, { path, suggestion });
    return undefined;
  }
  for (const { path, key } of duplicates) {
    issues.error("WORKFLOW_DUPLICATE_KEY", `The key "${key}" occurs twice`, {
      path: path === "" ? key : `${path}.${key}`,
      suggestion: "rename or remove one of them; only the last would be read",
    });
  }
  return JSON.parse(plain) as JsonValue;
}
