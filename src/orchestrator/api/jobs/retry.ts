import { jobDto, jobParams } from "../../../contracts/index.ts";
import { queueErrors } from "../../../queue/index.ts";
import { defineRoute } from "../../define-route.ts";
import { createRepeatBook } from "../../workflow-concurrency.ts";
import { announce } from "../announce.ts";
import { describeJob, findJob } from "./find-job.ts";

export const retryJob = defineRoute({
  id: "retryJob",
  method: "POST",
  path: "/api/v1/jobs/:jobId/retry",
  tag: "jobs",
  summary: "Run a finished job again, as a new job",
  permission: "jobs:submit",
  params: jobParams,
  success: { status: 202, description: "The new job", body: jobDto },
  errors: { 404: ["QUEUE_JOB_NOT_FOUND"], 409: ["QUEUE_JOB_NOT_FINISHED"] },
  async handle({ params: { jobId }, principal: { tenantId } }, services) {
    const { kind } = await findJob(services, tenantId, jobId);
    const repeat = await createRepeatBook(services.workflows, tenantId)(kind);
    const outcome = await services.queue.retry(tenantId, jobId, repeat);
    if (outcome.kind === "not-found") throw queueErrors.QUEUE_JOB_NOT_FOUND({ jobId });
    if (outcome.kind === "not-finished") throw queueErrors.QUEUE_JOB_NOT_FINISHED({ jobId, state: outcome.state });
    await announce(services, tenantId, { type: "job.retried", jobId, data: { retriedAs: outcome.jobId } });
    await announce(services, tenantId, { type: "job.created", jobId: outcome.jobId, data: { retryOf: jobId } });
    return {
      body: await describeJob(services, tenantId, outcome.jobId),
      headers: { location: `/api/v1/jobs/${outcome.jobId}` },
    };
  },
});
