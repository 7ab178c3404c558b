import { workItemInput, workItemSummary, workQueueParams } from "../../../contracts/index.ts";
import { addOneItem } from "../../../queue/items/index.ts";
import { defineRoute } from "../../define-route.ts";
import { announce } from "../announce.ts";
import { versionTag } from "../if-match.ts";
import { findWorkItem, findWorkQueue } from "./find-work-queue.ts";
import { toItemDraft } from "./item-input.ts";
import { viewWorkItem } from "./work-item-view.ts";

export const addWorkItem = defineRoute({
  id: "addWorkItem",
  method: "POST",
  path: "/api/v1/work-queues/:queue/items",
  tag: "work-items",
  summary: "Add an item to a work queue",
  description:
    "Starts a job at once where the queue's start rule says so. 200 for an item that was there under this id.",
  permission: "work-queues:write",
  params: workQueueParams,
  body: workItemInput,
  success: { status: 201, description: "The item", body: workItemSummary, also: [200] },
  errors: {
    404: ["WORK_QUEUE_NOT_FOUND"],
    409: ["WORK_ITEM_REFERENCE_TAKEN"],
    422: ["WORK_ITEM_INVALID"],
  },
  async handle({ params, body, principal: { tenantId } }, services) {
    const { id: queueId, name } = await findWorkQueue(services, tenantId, params.queue);
    const request = { tenantId, queueId, item: toItemDraft(body), name: "body" };
    const { itemId, created } = await addOneItem(services.desk.store, request);
    if (created) {
      const data = { queueId, queue: name, count: 1, itemId };
      await announce(services, tenantId, { type: "work-items.added", data });
    }
    await services.desk.consider(tenantId, queueId);
    const item = await findWorkItem(services, tenantId, { queue: queueId, itemId });
    return {
      body: viewWorkItem(item),
      status: created ? 201 : 200,
      headers: { location: `/api/v1/work-queues/${queueId}/items/${itemId}`, etag: versionTag(item.version) },
    };
  },
});
