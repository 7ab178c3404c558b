import { Readable } from "node:stream";
import { workItemFileParams } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { orchestratorErrors } from "../../errors.ts";
import { attachment, readContentType } from "../jobs/artifact-view.ts";
import { findWorkItem } from "./find-work-queue.ts";

export const downloadWorkItemFile = defineRoute({
  id: "downloadWorkItemFile",
  method: "GET",
  path: "/api/v1/work-queues/:queue/items/:itemId/files/:fileId",
  tag: "work-items",
  summary: "Download a file of an item",
  description: "`ETag` is the content's SHA-256.",
  permission: "work-queues:read",
  params: workItemFileParams,
  success: {
    status: 200,
    description: "The content, with the content type it was uploaded with",
    contentTypes: ["application/octet-stream"],
  },
  errors: {
    404: ["WORK_QUEUE_NOT_FOUND", "WORK_ITEM_NOT_FOUND", "WORK_ITEM_FILE_NOT_FOUND"],
    410: ["ARTIFACT_LOST"],
  },
  async handle({ params, principal: { tenantId } }, services) {
    const { id: itemId } = await findWorkItem(services, tenantId, params);
    const { fileId } = params;
    const file = (await services.desk.store.listFiles(tenantId, itemId)).find(({ id }) => id === fileId);
    if (file === undefined) throw orchestratorErrors.WORK_ITEM_FILE_NOT_FOUND({ itemId, fileId });
    const { sha256 } = file;
    const content = await services.blobs.open(tenantId, sha256);
    if (!content) throw orchestratorErrors.ARTIFACT_LOST({ artifactId: fileId, sha256 });
    return {
      content: content instanceof Readable ? content : new Readable().wrap(content),
      headers: {
        etag: `"${sha256}"`,
        "content-type": readContentType(file.contentType),
        "content-length": String(file.sizeBytes),
        "content-disposition": attachment(file.name),
        // What somebody attached must never run as a page of this origin.
        "content-security-policy": "sandbox; default-src 'none'",
      },
    };
  },
});
