import { jobCancelInput, jobDto, jobParams } from "../../../contracts/index.ts";
import type { TenantId } from "../../../core/ids.ts";
import { type CancelOutcome, queueErrors } from "../../../queue/index.ts";
import { defineRoute } from "../../define-route.ts";
import type { Services } from "../../services.ts";
import { announce } from "../announce.ts";
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
    await follow(services, { tenantId, jobId, reason: body?.reason }, outcome);
    return { body: await describeJob(services, tenantId, jobId), headers: { location: `/api/v1/jobs/${jobId}` } };
  },
});

async function follow(
  services: Services,
  cancel: { readonly tenantId: TenantId; readonly jobId: string; readonly reason: string | undefined },
  outcome: CancelOutcome,
): Promise<void> {
  const { tenantId, jobId } = cancel;
  const reason = cancel.reason === undefined ? {} : { reason: cancel.reason };
  switch (outcome.kind) {
    case "not-found":
      throw queueErrors.QUEUE_JOB_NOT_FOUND({ jobId });
    case "finished":
      throw queueErrors.QUEUE_JOB_FINISHED({ jobId, state: outcome.state });
    case "cancelled":
      await announce(services, tenantId, { type: "job.cancelled", jobId, data: reason });
      // It may have been started for work items: then another one may be due.
      return services.desk.attemptEnded(tenantId, { jobId, attempt: 0 });
    case "requested":
      await services.control.cancelJob({ tenantId, sessionId: outcome.sessionId, jobId, ...reason });
      return announce(services, tenantId, { type: "job.cancel-requested", jobId, data: reason });
  }
}
