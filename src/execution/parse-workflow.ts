import { isJsonObject } from "../core/json.ts";
import { checkValues } from "./check-values.ts";
import type { WorkflowIssue } from "./issue.ts";
import { createIssueList, type IssueList } from "./issue-list.ts";
import { migrateTemplateShape } from "./migrate-template-shape.ts";
import { parseConnections } from "./parse-connections.ts";
import { parseJsonText } from "./parse-json.ts";
import { parseNodes } from "./parse-nodes.ts";
import { parseMetadata, parseSettings } from "./parse-settings.ts";
import { parseVariables } from "./parse-variables.ts";
import type { WorkflowFile } from "./workflow-file.ts";
import { DEFAULT_WORKFLOW_LIMITS, type WorkflowLimits } from "./workflow-limits.ts";

/** A file that could be read, or undefined when any issue is an error. */
export interface ParsedWorkflow {
  readonly file: WorkflowFile | undefined;
  readonly issues: readonly WorkflowIssue[];
}

/**
 * Reads the text of a workflow file: canonical or template shape, with or without byte order mark.
 *
 * @param limits those that are not given are `DEFAULT_WORKFLOW_LIMITS`.
 * @returns all problems at once, each with a code, its place and a remedy; throws nothing.
 */
export function parseWorkflowText(text: string, limits: Partial<WorkflowLimits> = {}): ParsedWorkflow {
  const all = { ...DEFAULT_WORKFLOW_LIMITS, ...limits };
  const issues = createIssueList();
  const value = parseJsonText(text, all, issues);
  return value === undefined ? { file: undefined, issues: issues.all } : read(value, all, issues);
}

/** As `parseWorkflowText`, for a file that is parsed already. @param value what JSON.parse yields. */
export function parseWorkflow(value: unknown, limits: Partial<WorkflowLimits> = {}): ParsedWorkflow {
  return read(value, { ...DEFAULT_WORKFLOW_LIMITS, ...limits }, createIssueList());
}

function read(value: unknown, limits: WorkflowLimits, issues: IssueList): ParsedWorkflow {
  const file = checkValues(value, limits, issues) ? readFile(value, limits, issues) : undefined;
  return { file: issues.hasErrors ? undefined : file, issues: issues.all };
}

function readFile(value: unknown, limits: WorkflowLimits, issues: IssueList): WorkflowFile | undefined {
  if (!isJsonObject(value)) {
    issues.error("WORKFLOW_SHAPE_INVALID", "A workflow file must be a JSON object", {
      suggestion: "a workflow file has `nodes` and `connections`",
    });
    return undefined;
  }
  const { metadata, nodes: rawNodes, connections, variables, settings, ...extra } = migrateTemplateShape(value, issues);
  const nodes = parseNodes(rawNodes, limits, issues);
  return {
    metadata: parseMetadata(metadata, issues),
    nodes,
    connections: parseConnections(connections, nodes, { limits, issues }),
    variables: parseVariables(variables, limits, issues),
    settings: parseSettings(settings, issues),
    extra,
  };
}
