/** How large a workflow file may be; every limit is a setting of the caller. */
export interface WorkflowLimits {
  /** UTF-8 bytes of the file's text. */
  readonly textBytes: number;
  readonly nodes: number;
  readonly connections: number;
  /** Nesting of lists and objects in the whole file. */
  readonly depth: number;
  /** Characters of a node id, port or variable name. */
  readonly idLength: number;
  /** Characters of any text in the file. */
  readonly stringLength: number;
}

/** The limits that hold unless the caller sets others. */
export const DEFAULT_WORKFLOW_LIMITS: WorkflowLimits = {
  textBytes: 10 * 1024 * 1024,
  nodes: 1_000,
  connections: 5_000,
  depth: 64,
  idLength: 256,
  stringLength: 1024 * 1024,
};
