import { workItemFileParams } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { orchestratorErrors } from "../../errors.ts";
import { answerContent, DOWNLOAD_DESCRIPTION, DOWNLOAD_HEADERS, DOWNLOAD_SUCCESS } from "../answer-content.ts";
import { findWorkItem } from "./find-work-queue.ts";

export const downloadWorkItemFile = defineRoute({
  id: "downloadWorkItemFile",
  method: "GET",
  path: "/api/v1/work-queues/:queue/items/:itemId/files/:fileId",
  tag: "work-items",
  summary: "Download a file of an item",
  description: DOWNLOAD_DESCRIPTION,
  permission: "work-queues:read",
  params: workItemFileParams,
  headers: DOWNLOAD_HEADERS,
  success: DOWNLOAD_SUCCESS,
  errors: {
    404: ["WORK_QUEUE_NOT_FOUND", "WORK_ITEM_NOT_FOUND", "WORK_ITEM_FILE_NOT_FOUND"],
    410: ["ARTIFACT_LOST"],
    416: ["RANGE_NOT_SATISFIABLE"],
  },
  async handle({ params, headers, principal: { tenantId } }, services) {
    const { id: itemId } = await findWorkItem(services, tenantId, params);
    const { fileId } = params;
    const file = (await services.desk.store.listFiles(tenantId, itemId)).find(({ id }) => id === fileId);
    if (file === undefined) throw orchestratorErrors.WORK_ITEM_FILE_NOT_FOUND({ itemId, fileId });
    return answerContent(services.blobs, { tenantId, headers }, file);
  },
});
