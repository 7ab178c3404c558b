import { jobList, jobListQuery } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { pageRequest } from "../page-request.ts";
import { viewJobSummary } from "./job-view.ts";

export const listJobs = defineRoute({
  id: "listJobs",
  method: "GET",
  path: "/api/v1/jobs",
  tag: "jobs",
  summary: "List jobs, newest first",
  permission: "jobs:read",
  query: jobListQuery,
  success: { status: 200, description: "A page of jobs", body: jobList },
  errors: { 422: ["QUEUE_INVALID"] },
  async handle({ query, principal }, { queue }) {
    const { state, workflowId, robotId, environment, from, to } = query;
    const filter = {
      ...(state && { states: state }),
      ...(workflowId !== undefined && { kind: workflowId }),
      ...(robotId !== undefined && { robotId }),
      ...(environment !== undefined && { environment }),
      ...(from !== undefined && { createdFrom: new Date(from) }),
      ...(to !== undefined && { createdTo: new Date(to) }),
    };
    const page = await queue.list(principal.tenantId, filter, pageRequest(query));
    return { body: { ...page, data: page.data.map(viewJobSummary) } };
  },
});
