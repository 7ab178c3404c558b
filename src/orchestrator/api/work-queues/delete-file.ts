import { workItemFileParams } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { orchestratorErrors } from "../../errors.ts";
import { findWorkItem } from "./find-work-queue.ts";

export const deleteWorkItemFile = defineRoute({
  id: "deleteWorkItemFile",
  method: "DELETE",
  path: "/api/v1/work-queues/:queue/items/:itemId/files/:fileId",
  tag: "work-items",
  summary: "Take a file from an item",
  permission: "work-queues:write",
  params: workItemFileParams,
  success: { status: 204, description: "It is gone" },
  errors: { 404: ["WORK_QUEUE_NOT_FOUND", "WORK_ITEM_NOT_FOUND", "WORK_ITEM_FILE_NOT_FOUND"] },
  async handle({ params, principal: { tenantId } }, services) {
    const { id: itemId } = await findWorkItem(services, tenantId, params);
    const { fileId } = params;
    const existed = await services.desk.store.removeFile(tenantId, itemId, fileId);
    if (!existed) throw orchestratorErrors.WORK_ITEM_FILE_NOT_FOUND({ itemId, fileId });
    return { body: undefined };
  },
});
