import { workItemChange, workItemParams, workItemSummary } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { EDIT_ERRORS, editWorkItem } from "./edit-answer.ts";
import { toItemChange } from "./item-input.ts";

export const updateWorkItem = defineRoute({
  id: "updateWorkItem",
  method: "PUT",
  path: "/api/v1/work-queues/:queue/items/:itemId",
  tag: "work-items",
  summary: "Change an item that waits",
  description:
    "Only what is given is changed; null takes a value away. With `If-Match`, only if that version is the newest.",
  permission: "work-queues:write",
  params: workItemParams,
  body: workItemChange,
  success: { status: 200, description: "The item", body: workItemSummary },
  errors: { ...EDIT_ERRORS, 409: ["WORK_ITEM_STATE", "WORK_ITEM_REFERENCE_TAKEN"] },
  handle: ({ params, body, headers, principal: { tenantId } }, services) =>
    editWorkItem(services, { tenantId, params, headers, type: "work-item.updated" }, (edit) =>
      services.desk.store.updateItem({ ...edit, change: toItemChange(body) }),
    ),
});
