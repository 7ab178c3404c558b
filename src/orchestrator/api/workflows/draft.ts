import type { WorkflowIssueDto } from "../../../contracts/index.ts";
import type { JsonValue } from "../../../core/json.ts";
import type { WorkflowDraft } from "../../../persistence/index.ts";
import { orchestratorErrors } from "../../errors.ts";
import type { Services } from "../../services.ts";

/** A file that may be stored, and what is worth knowing about it. */
export interface CheckedDraft {
  readonly draft: WorkflowDraft;
  /** Warnings and notes. */
  readonly issues: readonly WorkflowIssueDto[];
}

const NAMELESS = "Unnamed workflow";
const NAME_LENGTH = 200;
const DESCRIPTION_LENGTH = 10_000;

/** Checks the file; throws WORKFLOW_INVALID with every issue when one of them is an error. */
export function checkDraft(
  { checkWorkflow }: Pick<Services, "checkWorkflow">,
  document: JsonValue,
  given: { readonly name?: string | undefined; readonly description?: string | undefined },
): CheckedDraft {
  const checked = checkWorkflow(document);
  const errors = checked.issues.filter((issue) => issue.severity === "error");
  if (errors.length > 0) throw orchestratorErrors.WORKFLOW_INVALID({ errors: errors.map(toProblemItem) });
  const name = (given.name ?? checked.name).trim().slice(0, NAME_LENGTH);
  return {
    draft: {
      name: name === "" ? NAMELESS : name,
      description: (given.description ?? checked.description).slice(0, DESCRIPTION_LENGTH),
      document,
      requires: checked.requires,
    },
    issues: checked.issues,
  };
}

function toProblemItem(issue: WorkflowIssueDto) {
  return {
    path: issue.path ?? (issue.node === undefined ? "document" : `nodes.${issue.node}`),
    message: issue.message,
    code: issue.code,
    ...(issue.node !== undefined && { node: issue.node }),
    ...(issue.port !== undefined && { port: issue.port }),
    ...(issue.suggestion !== undefined && { suggestion: issue.suggestion }),
  };
}
