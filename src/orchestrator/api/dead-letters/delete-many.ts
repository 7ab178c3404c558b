import { deadLettersDeleteInput, deadLettersDeleteReport } from "../../../contracts/index.ts";
import { deleteDeadLetters as deleteSelected } from "../../../queue/index.ts";
import { defineRoute } from "../../define-route.ts";
import { announceAll } from "../announce.ts";
import { toSelection, toSteps } from "./letter-selection.ts";

export const deleteDeadLetters = defineRoute({
  id: "deleteDeadLetters",
  method: "POST",
  path: "/api/v1/dead-letters/delete",
  tag: "dead-letters",
  summary: "Delete many dead letters",
  description:
    "The jobs themselves stay in the history. A filter is worked off newest first, in steps: while there is a `nextCursor`, call again with it as `cursor`. With `dryRun`, dead letters are only counted.",
  permission: "dead-letters:control",
  body: deadLettersDeleteInput,
  success: { status: 200, description: "What became of each in this step", body: deadLettersDeleteReport },
  errors: { 422: ["QUEUE_INVALID"] },
  async handle({ body, principal: { tenantId } }, services) {
    const done = await deleteSelected(services.queue, tenantId, toSelection(body), toSteps(body));
    const { matched, outcomes, nextCursor } = done;
    const deleted = outcomes.filter(({ kind }) => kind === "deleted");
    const events = deleted.map(({ jobId }) => ({ type: "dead-letter.deleted", jobId, data: {} }));
    await announceAll(services, tenantId, events);
    return {
      body: {
        dryRun: body.dryRun,
        matched,
        deleted: deleted.length,
        outcomes: outcomes.map(({ kind, jobId }) => ({ jobId, outcome: kind })),
        ...(nextCursor !== undefined && { nextCursor }),
      },
    };
  },
});
