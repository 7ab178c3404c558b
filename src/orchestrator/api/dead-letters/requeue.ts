import { jobDto, jobParams } from "../../../contracts/index.ts";
import { queueErrors } from "../../../queue/index.ts";
import { defineRoute } from "../../define-route.ts";
import { createRepeatBook } from "../../workflow-concurrency.ts";
import { announce } from "../announce.ts";
import { describeJob } from "../jobs/find-job.ts";

export const requeueDeadLetter = defineRoute({
  id: "requeueDeadLetter",
  method: "POST",
  path: "/api/v1/dead-letters/:jobId/requeue",
  tag: "dead-letters",
  summary: "Run a job that failed for good again, as a new job",
  permission: "dead-letters:control",
  params: jobParams,
  success: { status: 202, description: "The new job", body: jobDto },
  errors: { 404: ["QUEUE_DEAD_LETTER_NOT_FOUND"], 409: ["QUEUE_DEAD_LETTER_REQUEUED"] },
  async handle({ params: { jobId }, principal: { tenantId } }, services) {
    const letter = await services.queue.getDeadLetter(tenantId, jobId);
    if (!letter) throw queueErrors.QUEUE_DEAD_LETTER_NOT_FOUND({ jobId });
    const repeat = await createRepeatBook(services.workflows, tenantId)(letter.kind);
    const made = await services.queue.requeueDeadLetter(tenantId, jobId, repeat);
    await announce(services, tenantId, { type: "dead-letter.requeued", jobId, data: { requeuedAs: made.jobId } });
    await announce(services, tenantId, { type: "job.created", jobId: made.jobId, data: { retryOf: jobId } });
    return {
      body: await describeJob(services, tenantId, made.jobId),
      headers: { location: `/api/v1/jobs/${made.jobId}` },
    };
  },
});
