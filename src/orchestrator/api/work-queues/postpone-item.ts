import { workItemParams, workItemPostponement, workItemSummary } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { EDIT_ERRORS, editWorkItem } from "./edit-answer.ts";
import { instantOf } from "./item-input.ts";

export const postponeWorkItem = defineRoute({
  id: "postponeWorkItem",
  method: "POST",
  path: "/api/v1/work-queues/:queue/items/:itemId/postpone",
  tag: "work-items",
  summary: "Put off an item that waits; null makes it due at once",
  permission: "work-queues:write",
  params: workItemParams,
  body: workItemPostponement,
  success: { status: 200, description: "The item", body: workItemSummary },
  errors: EDIT_ERRORS,
  handle: ({ params, body, headers, principal: { tenantId } }, services) =>
    editWorkItem(services, { tenantId, params, headers, type: "work-item.postponed" }, (edit) =>
      services.desk.store.updateItem({ ...edit, change: { postponeUntil: instantOf(body.until) } }),
    ),
});
