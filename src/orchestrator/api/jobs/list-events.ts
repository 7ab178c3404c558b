import { jobEventList, jobEventListQuery, jobParams } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { viewEvent } from "../events/event-view.ts";
import { pageBySeq } from "../page-request.ts";
import { findJob } from "./find-job.ts";

export const listJobEvents = defineRoute({
  id: "listJobEvents",
  method: "GET",
  path: "/api/v1/jobs/:jobId/events",
  tag: "jobs",
  summary: "Read what happened to a job, oldest first",
  description: "Live: `GET /api/v1/events?jobId=…`.",
  permission: "jobs:read",
  params: jobParams,
  query: jobEventListQuery,
  success: { status: 200, description: "A page of events", body: jobEventList },
  errors: { 404: ["QUEUE_JOB_NOT_FOUND"] },
  async handle({ params: { jobId }, query, principal: { tenantId } }, services) {
    await findJob(services, tenantId, jobId);
    const filter = { jobId, ...(query.types && { types: query.types }) };
    const records = await services.events.after(tenantId, query.cursor ?? "0", query.limit + 1, filter);
    return { body: pageBySeq(records.map(viewEvent), query.limit) };
  },
});
