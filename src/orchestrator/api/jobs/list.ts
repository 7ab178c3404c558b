import { jobList, jobListQuery } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { pageRequest } from "../page-request.ts";
import { toJobFilter } from "./job-filter.ts";
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
    const page = await queue.list(principal.tenantId, toJobFilter(query), pageRequest(query));
    return { body: { ...page, data: page.data.map(viewJobSummary) } };
  },
});
