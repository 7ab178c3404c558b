import { workQueueList, workQueueListQuery } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { pageRequest } from "../page-request.ts";
import { viewWorkQueue } from "./work-queue-view.ts";

export const listWorkQueues = defineRoute({
  id: "listWorkQueues",
  method: "GET",
  path: "/api/v1/work-queues",
  tag: "work-queues",
  summary: "List work queues, newest first",
  permission: "work-queues:read",
  query: workQueueListQuery,
  success: { status: 200, description: "A page of work queues", body: workQueueList },
  errors: { 422: ["WORK_ITEM_INVALID"] },
  async handle({ query, principal }, { desk }) {
    const page = await desk.store.listQueues(principal.tenantId, pageRequest(query));
    return { body: { ...page, data: page.data.map(viewWorkQueue) } };
  },
});
