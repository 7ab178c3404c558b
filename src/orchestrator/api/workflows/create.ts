import { storedWorkflow, workflowInput } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { checkDraft } from "./draft.ts";
import { storeWorkflow } from "./store-workflow.ts";

export const createWorkflow = defineRoute({
  id: "createWorkflow",
  method: "POST",
  path: "/api/v1/workflows",
  tag: "workflows",
  summary: "Store a workflow",
  description: "The file is compiled first; a file with errors is refused with all of them.",
  permission: "workflows:write",
  body: workflowInput,
  uniqueKeys: true,
  success: { status: 201, description: "The stored workflow", body: storedWorkflow, headers: ["Location", "ETag"] },
  errors: { 422: ["WORKFLOW_INVALID"] },
  handle: async ({ body, principal }, services) =>
    storeWorkflow(services, principal.tenantId, checkDraft(services, body.document, body)),
});
