/** One finding about a workflow file; `validate` reports all of them at once. */
export interface WorkflowIssue {
  readonly severity: "error" | "warning" | "note";
  /** WORKFLOW_…; stable. */
  readonly code: string;
  readonly message: string;
  readonly node?: string;
  readonly port?: string;
  /** Where in the file: `nodes.click_1.config.timeout`, `connections[3]`. */
  readonly path?: string;
  /** What to do; "did you mean …" where a near name exists. */
  readonly suggestion?: string;
}
