import { workItemParams, workItemRetryInput, workItemSummary } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { EDIT_ERRORS, editWorkItem } from "./edit-answer.ts";

export const retryWorkItem = defineRoute({
  id: "retryWorkItem",
  method: "POST",
  path: "/api/v1/work-queues/:queue/items/:itemId/retry",
  tag: "work-items",
  summary: "Send a failed or abandoned item back into the line",
  description: "It keeps its id and its attempts, and gets all its retries anew. Its review status is `retried` then.",
  permission: "work-queues:write",
  params: workItemParams,
  body: workItemRetryInput,
  success: { status: 200, description: "The item", body: workItemSummary },
  errors: EDIT_ERRORS,
  handle: ({ params, body, headers, principal: { tenantId, keyName } }, services) =>
    editWorkItem(services, { tenantId, params, headers, type: "work-item.retried" }, (edit) =>
      services.desk.store.retryItem({
        ...edit,
        reviewer: body?.reviewer ?? keyName,
        ...(body?.note !== undefined && { note: body.note }),
      }),
    ),
});
