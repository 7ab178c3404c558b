import { deadLetterDto, jobParams } from "../../../contracts/index.ts";
import { queueErrors } from "../../../queue/index.ts";
import { defineRoute } from "../../define-route.ts";
import { viewDeadLetter } from "./dead-letter-view.ts";

export const getDeadLetter = defineRoute({
  id: "getDeadLetter",
  method: "GET",
  path: "/api/v1/dead-letters/:jobId",
  tag: "dead-letters",
  summary: "Get the dead letter of a job",
  permission: "dead-letters:read",
  params: jobParams,
  success: { status: 200, description: "The dead letter", body: deadLetterDto },
  errors: { 404: ["QUEUE_DEAD_LETTER_NOT_FOUND"] },
  async handle({ params: { jobId }, principal }, { queue }) {
    const letter = await queue.getDeadLetter(principal.tenantId, jobId);
    if (!letter) throw queueErrors.QUEUE_DEAD_LETTER_NOT_FOUND({ jobId });
    return { body: viewDeadLetter(letter) };
  },
});
