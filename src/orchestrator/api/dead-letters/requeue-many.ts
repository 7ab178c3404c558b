import { deadLettersRequeueInput, deadLettersRequeueReport } from "../../../contracts/index.ts";
import { type RequeueOutcome, requeueDeadLetters as requeueSelected } from "../../../queue/index.ts";
import { defineRoute } from "../../define-route.ts";
import { createRepeatBook } from "../../workflow-concurrency.ts";
import { announceAll } from "../announce.ts";
import { toSelection, toSteps } from "./letter-selection.ts";

export const requeueDeadLetters = defineRoute({
  id: "requeueDeadLetters",
  method: "POST",
  path: "/api/v1/dead-letters/requeue",
  tag: "dead-letters",
  summary: "Run many jobs that failed for good again, each as a new job and at most once",
  description:
    "A filter is worked off newest first, in steps: while there is a `nextCursor`, call again with it as `cursor`. With `dryRun`, dead letters are only counted.",
  permission: "dead-letters:control",
  body: deadLettersRequeueInput,
  success: { status: 200, description: "What became of each in this step", body: deadLettersRequeueReport },
  errors: { 422: ["QUEUE_INVALID"] },
  async handle({ body, principal: { tenantId } }, services) {
    const repeat = createRepeatBook(services.workflows, tenantId);
    const { matched, outcomes, nextCursor } = await requeueSelected(services.queue, tenantId, toSelection(body), {
      ...toSteps(body),
      repeatOptions: ({ kind }) => repeat(kind),
    });
    await announceAll(services, tenantId, outcomes.flatMap(eventsOf));
    return {
      body: {
        dryRun: body.dryRun,
        matched,
        requeued: outcomes.filter(({ kind }) => kind === "requeued").length,
        outcomes: outcomes.map(viewOutcome),
        ...(nextCursor !== undefined && { nextCursor }),
      },
    };
  },
});

function eventsOf(outcome: RequeueOutcome) {
  if (outcome.kind !== "requeued") return [];
  const { letter, requeuedAs } = outcome;
  return [
    { type: "dead-letter.requeued", jobId: letter.jobId, data: { requeuedAs } },
    { type: "job.created", jobId: requeuedAs, data: { retryOf: letter.jobId } },
  ];
}

function viewOutcome(outcome: RequeueOutcome) {
  return {
    jobId: outcome.kind === "requeued" ? outcome.letter.jobId : outcome.jobId,
    outcome: outcome.kind,
    ...("requeuedAs" in outcome && { requeuedAs: outcome.requeuedAs }),
  };
}
