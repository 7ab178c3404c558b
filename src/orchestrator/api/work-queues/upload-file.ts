import { workItemFile, workItemUploadParams, workItemUploadQuery } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { readContentType } from "../jobs/artifact-view.ts";
import { findWorkItem } from "./find-work-queue.ts";
import { viewFile } from "./work-item-view.ts";

export const uploadWorkItemFile = defineRoute({
  id: "uploadWorkItemFile",
  method: "PUT",
  path: "/api/v1/work-queues/:queue/items/:itemId/files/:sha256",
  tag: "work-items",
  summary: "Attach a file to an item",
  description: "The body is the content and must have the SHA-256 of the path. The same name again replaces the file.",
  permission: "work-queues:write",
  params: workItemUploadParams,
  query: workItemUploadQuery,
  raw: "stream",
  accepts: ["application/octet-stream"],
  success: { status: 201, description: "The file", body: workItemFile },
  errors: {
    404: ["WORK_QUEUE_NOT_FOUND", "WORK_ITEM_NOT_FOUND"],
    413: ["BLOB_TOO_LARGE"],
    422: ["BLOB_HASH_MISMATCH", "WORK_ITEM_INVALID"],
    507: ["BLOB_STORE_FULL"],
  },
  async handle({ params, query: { name }, stream, principal: { tenantId } }, services) {
    const item = await findWorkItem(services, tenantId, params);
    const { sha256 } = params;
    const { sizeBytes } = await services.blobs.put(tenantId, sha256, stream.content, {
      maxBytes: services.limits.artifactMaxBytes,
    });
    const contentType = readContentType(stream.contentType);
    const file = await services.desk.store.addFile(tenantId, item.id, { name, contentType, sizeBytes, sha256 });
    return { body: viewFile(file) };
  },
});
