import { storedWorkflow, workflowUploadQuery } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { checkDraft } from "./draft.ts";
import { readWorkflowFile } from "./read-file.ts";
import { storeWorkflow } from "./store-workflow.ts";

export const uploadWorkflow = defineRoute({
  id: "uploadWorkflow",
  method: "POST",
  path: "/api/v1/workflows/upload",
  tag: "workflows",
  summary: "Store a workflow file",
  description:
    "The file itself as the body, whatever its content type, or as the one file of a multipart form; `.json` or `.json.gz`.",
  permission: "workflows:write",
  query: workflowUploadQuery,
  raw: "file",
  accepts: ["application/json", "application/gzip", "application/octet-stream", "multipart/form-data"],
  success: { status: 201, description: "The stored workflow", body: storedWorkflow, headers: ["Location", "ETag"] },
  errors: { 422: ["WORKFLOW_INVALID"] },
  async handle({ file, query, principal }, services) {
    const document = await readWorkflowFile(file, services.limits.bodyMaxBytes);
    return storeWorkflow(services, principal.tenantId, checkDraft(services, document, query));
  },
});
