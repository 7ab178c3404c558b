import type { z } from "zod";
import { workItemsInput, workItemsReport, workQueueParams } from "../../../contracts/index.ts";
import { type AddOutcome, workItemErrors } from "../../../queue/items/index.ts";
import { defineRoute } from "../../define-route.ts";
import { announce } from "../announce.ts";
import { findWorkQueue } from "./find-work-queue.ts";
import { mergeOutcomes, readItems } from "./item-input.ts";

export const addWorkItems = defineRoute({
  id: "addWorkItems",
  method: "POST",
  path: "/api/v1/work-queues/:queue/items/bulk",
  tag: "work-items",
  summary: "Add up to 10 000 items to a work queue",
  description:
    "`all` (default): all or none, and every mistake is told. `each`: those that can be, with a report on each in the order of the request.",
  permission: "work-queues:write",
  params: workQueueParams,
  body: workItemsInput,
  success: { status: 200, description: "What became of each item", body: workItemsReport },
  errors: { 404: ["WORK_QUEUE_NOT_FOUND"], 422: ["WORK_ITEMS_REFUSED", "WORK_ITEM_INVALID"] },
  async handle({ params, body, principal: { tenantId } }, services) {
    const { id: queueId, name } = await findWorkQueue(services, tenantId, params.queue);
    const { items, mode } = body;
    const read = readItems(items);
    if (mode === "all" && read.problems.size > 0) {
      throw workItemErrors.WORK_ITEMS_REFUSED({ errors: [...read.problems.values()] });
    }
    const outcomes = await services.desk.store.addItems({ tenantId, queueId, items: read.drafts, mode });
    const report = reportOn(mergeOutcomes(items.length, read, outcomes));
    const count = report.items.filter(({ created }) => created).length;
    if (count > 0) {
      await announce(services, tenantId, { type: "work-items.added", data: { queueId, queue: name, count } });
    }
    await services.desk.consider(tenantId, queueId);
    return { body: report };
  },
});

function reportOn(outcomes: readonly AddOutcome[]): z.output<typeof workItemsReport> {
  const items = outcomes.map((outcome) =>
    outcome.kind === "added"
      ? { id: outcome.itemId, created: outcome.created }
      : { created: false, problem: { ...outcome.problem } },
  );
  const refused = outcomes.filter(({ kind }) => kind === "refused").length;
  return { added: outcomes.length - refused, refused, items };
}
