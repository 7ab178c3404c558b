import type { WorkflowIssue } from "../../execution/index.ts";

/** Issues as lines for people: severity, place, message, what to do. */
export function renderIssue(issue: WorkflowIssue): string {
  const place = [issue.node, issue.port].filter((part) => part !== undefined).join(".") || (issue.path ?? "");
  // Some messages begin with the place themselves.
  const where = issue.message.toLowerCase().startsWith(place.toLowerCase()) ? "" : place;
  const hint = issue.suggestion === undefined ? "" : `; ${issue.suggestion}`;
  return `${issue.severity.padEnd(7)} ${where === "" ? "" : `${where}: `}${issue.message}${hint} [${issue.code}]`;
}
