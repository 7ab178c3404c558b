import { workflowList, workflowListQuery } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { pageRequest } from "../page-request.ts";
import { viewWorkflowSummary } from "./workflow-view.ts";

export const listWorkflows = defineRoute({
  id: "listWorkflows",
  method: "GET",
  path: "/api/v1/workflows",
  tag: "workflows",
  summary: "List workflows, newest first",
  permission: "workflows:read",
  query: workflowListQuery,
  success: { status: 200, description: "A page of workflows", body: workflowList },
  errors: { 400: ["PERSISTENCE_CURSOR_INVALID"] },
  async handle({ query, principal: { tenantId } }, { workflows, queue }) {
    const filter = query.name === undefined ? {} : { name: query.name };
    const page = await workflows.list(tenantId, filter, pageRequest(query));
    const pauses = new Map((await queue.listPauses(tenantId)).map((pause) => [pause.kind, pause]));
    return { body: { ...page, data: page.data.map((one) => viewWorkflowSummary(one, pauses.get(one.id))) } };
  },
});
