import { workItemFileList, workItemParams } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { findWorkItem } from "./find-work-queue.ts";
import { viewFile } from "./work-item-view.ts";

export const listWorkItemFiles = defineRoute({
  id: "listWorkItemFiles",
  method: "GET",
  path: "/api/v1/work-queues/:queue/items/:itemId/files",
  tag: "work-items",
  summary: "List the files of an item",
  permission: "work-queues:read",
  params: workItemParams,
  success: { status: 200, description: "All of them, by name", body: workItemFileList },
  errors: { 404: ["WORK_QUEUE_NOT_FOUND", "WORK_ITEM_NOT_FOUND"] },
  async handle({ params, principal: { tenantId } }, services) {
    const item = await findWorkItem(services, tenantId, params);
    const files = await services.desk.store.listFiles(tenantId, item.id);
    return { body: { data: files.map(viewFile) } };
  },
});
