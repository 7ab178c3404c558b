import { jobCancelInput, jobDto, jobParams } from "../../../contracts/index.ts";
import { queueErrors } from "../../../queue/index.ts";
import { defineRoute } from "../../define-route.ts";
import { followCancel } from "../../follow-cancel.ts";
import { describeJob } from "./find-job.ts";

export const cancelJob = defineRoute({
  id: "cancelJob",
  method: "POST",
  path: "/api/v1/jobs/:jobId/cancel",
  tag: "jobs",
  summary: "Cancel a job",
  description: "A job that waits is cancelled at once; of one that runs the robot is asked to stop.",
  permission: "jobs:control",
  params: jobParams,
  body: jobCancelInput,
  success: { status: 202, description: "The job; `state` tells whether it has stopped yet", body: jobDto },
  errors: { 404: ["QUEUE_JOB_NOT_FOUND"], 409: ["QUEUE_JOB_FINISHED"] },
  async handle({ params: { jobId }, body, principal: { tenantId } }, services) {
    const outcome = await services.queue.requestCancel(tenantId, jobId, body?.reason);
    if (outcome.kind === "not-found") throw queueErrors.QUEUE_JOB_NOT_FOUND({ jobId });
    if (outcome.kind === "finished") throw queueErrors.QUEUE_JOB_FINISHED({ jobId, state: outcome.state });
    await followCancel(services, { tenantId, jobId, reason: body?.reason }, outcome);
    return { body: await describeJob(services, tenantId, jobId), headers: { location: `/api/v1/jobs/${jobId}` } };
  },
});
