import { workItemDto, workItemParams } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { versionTag } from "../if-match.ts";
import { findWorkItem } from "./find-work-queue.ts";
import { describeWorkItem } from "./work-item-view.ts";

export const getWorkItem = defineRoute({
  id: "getWorkItem",
  method: "GET",
  path: "/api/v1/work-queues/:queue/items/:itemId",
  tag: "work-items",
  summary: "Get an item with its attempts and its files",
  permission: "work-queues:read",
  params: workItemParams,
  success: { status: 200, description: "The item; its `ETag` is for `If-Match`", body: workItemDto },
  errors: { 404: ["WORK_QUEUE_NOT_FOUND", "WORK_ITEM_NOT_FOUND"] },
  async handle({ params, principal: { tenantId } }, services) {
    const item = await findWorkItem(services, tenantId, params);
    return { body: await describeWorkItem(services, tenantId, item), headers: { etag: versionTag(item.version) } };
  },
});
