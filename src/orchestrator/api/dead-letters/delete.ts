import { jobParams } from "../../../contracts/index.ts";
import { queueErrors } from "../../../queue/index.ts";
import { defineRoute } from "../../define-route.ts";
import { announce } from "../announce.ts";

export const deleteDeadLetter = defineRoute({
  id: "deleteDeadLetter",
  method: "DELETE",
  path: "/api/v1/dead-letters/:jobId",
  tag: "dead-letters",
  summary: "Delete a dead letter",
  description: "The job itself stays in the history.",
  permission: "dead-letters:control",
  params: jobParams,
  success: { status: 204, description: "It is gone" },
  errors: { 404: ["QUEUE_DEAD_LETTER_NOT_FOUND"] },
  async handle({ params: { jobId }, principal: { tenantId } }, services) {
    const existed = await services.queue.deleteDeadLetter(tenantId, jobId);
    if (!existed) throw queueErrors.QUEUE_DEAD_LETTER_NOT_FOUND({ jobId });
    await announce(services, tenantId, { type: "dead-letter.deleted", jobId, data: {} });
    return { body: undefined };
  },
});
