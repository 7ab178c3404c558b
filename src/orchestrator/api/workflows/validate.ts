import { workflowValidation, workflowValidationInput } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";

export const validateWorkflow = defineRoute({
  id: "validateWorkflow",
  method: "POST",
  path: "/api/v1/workflows/validate",
  tag: "workflows",
  summary: "Check a workflow without storing it",
  description: "Always 200; `valid` tells whether it could be stored.",
  permission: "workflows:read",
  body: workflowValidationInput,
  uniqueKeys: true,
  success: { status: 200, description: "All findings", body: workflowValidation },
  async handle({ body }, { checkWorkflow }) {
    const { name, requires, issues } = checkWorkflow(body.document);
    const valid = issues.every((issue) => issue.severity !== "error");
    return { body: { valid, name, requires: [...requires], issues: [...issues] } };
  },
});
