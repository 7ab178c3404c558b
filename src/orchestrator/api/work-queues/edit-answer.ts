import type { IncomingHttpHeaders } from "node:http";
import type { z } from "zod";
import type { workItemParams, workItemSummary } from "../../../contracts/index.ts";
import type { TenantId } from "../../../core/ids.ts";
import type { ItemEdit, WorkItem } from "../../../queue/items/index.ts";
import type { Services } from "../../services.ts";
import { announce } from "../announce.ts";
import { expectedVersion, versionTag } from "../if-match.ts";
import { findWorkQueue } from "./find-work-queue.ts";
import { viewWorkItem } from "./work-item-view.ts";

/** Codes of every route that changes an item. */
export const EDIT_ERRORS = {
  400: ["PRECONDITION_INVALID"],
  404: ["WORK_QUEUE_NOT_FOUND", "WORK_ITEM_NOT_FOUND"],
  409: ["WORK_ITEM_STATE"],
  412: ["WORK_ITEM_CONFLICT"],
  422: ["WORK_ITEM_INVALID"],
} as const;

/** Changes an item in the version that the caller saw, tells of it, and starts a job where it waits again. */
export async function editWorkItem(
  services: Services,
  request: {
    readonly tenantId: TenantId;
    readonly params: z.output<typeof workItemParams>;
    readonly headers: IncomingHttpHeaders;
    /** Of the event. */
    readonly type: string;
  },
  change: (edit: ItemEdit) => Promise<WorkItem>,
): Promise<{ readonly body: z.output<typeof workItemSummary>; readonly headers: { readonly etag: string } }> {
  const { tenantId, params, headers, type } = request;
  const version = expectedVersion(headers["if-match"]);
  const { id: queueId } = await findWorkQueue(services, tenantId, params.queue);
  const { itemId } = params;
  const item = await change({ tenantId, queueId, itemId, ...(version !== undefined && { expectedVersion: version }) });
  await announce(services, tenantId, {
    type,
    data: { queueId, itemId, state: item.state, review: item.review.status },
  });
  if (item.state === "new" || item.state === "retried") await services.desk.consider(tenantId, queueId);
  return { body: viewWorkItem(item), headers: { etag: versionTag(item.version) } };
}
