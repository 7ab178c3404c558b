import type { z } from "zod";
import { workItemList, workItemListQuery, workQueueParams } from "../../../contracts/index.ts";
import type { ItemFilter } from "../../../queue/items/index.ts";
import { defineRoute } from "../../define-route.ts";
import { pageRequest } from "../page-request.ts";
import { findWorkQueue } from "./find-work-queue.ts";
import { viewWorkItem } from "./work-item-view.ts";

export const listWorkItems = defineRoute({
  id: "listWorkItems",
  method: "GET",
  path: "/api/v1/work-queues/:queue/items",
  tag: "work-items",
  summary: "List the items of a work queue, newest first",
  permission: "work-queues:read",
  params: workQueueParams,
  query: workItemListQuery,
  success: { status: 200, description: "A page of items", body: workItemList },
  errors: { 404: ["WORK_QUEUE_NOT_FOUND"], 422: ["WORK_ITEM_INVALID"] },
  async handle({ params, query, principal: { tenantId } }, services) {
    const { id: queueId } = await findWorkQueue(services, tenantId, params.queue);
    const page = pageRequest(query);
    const found = await services.desk.store.listItems({ tenantId, queueId, filter: toFilter(query), page });
    return { body: { ...found, data: found.data.map(viewWorkItem) } };
  },
});

function toFilter(query: z.output<typeof workItemListQuery>): ItemFilter {
  const { state, reference, review, exceptionType, from, to } = query;
  return {
    ...(state && { states: state }),
    ...(reference !== undefined && { reference }),
    ...(review && { review }),
    ...(exceptionType && { exceptionType }),
    ...(from !== undefined && { createdFrom: new Date(from) }),
    ...(to !== undefined && { createdTo: new Date(to) }),
  };
}
