import { jobDto, jobParams } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { describeJob } from "./find-job.ts";

export const getJob = defineRoute({
  id: "getJob",
  method: "GET",
  path: "/api/v1/jobs/:jobId",
  tag: "jobs",
  summary: "Get a job with its attempts and its result",
  permission: "jobs:read",
  params: jobParams,
  success: { status: 200, description: "The job", body: jobDto },
  errors: { 404: ["QUEUE_JOB_NOT_FOUND"] },
  handle: async ({ params, principal }, services) => ({
    body: await describeJob(services, principal.tenantId, params.jobId),
  }),
});
