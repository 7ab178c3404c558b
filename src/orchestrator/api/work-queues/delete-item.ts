import { workItemParams } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { EDIT_ERRORS, editWorkItem } from "./edit-answer.ts";

export const deleteWorkItem = defineRoute({
  id: "deleteWorkItem",
  method: "DELETE",
  path: "/api/v1/work-queues/:queue/items/:itemId",
  tag: "work-items",
  summary: "Delete an item that no job works on",
  description:
    "It stays visible as `deleted` until the queue's retention takes it; its reference is free at once. With `If-Match`, only if that version is the newest.",
  permission: "work-queues:write",
  params: workItemParams,
  success: { status: 204, description: "It is deleted" },
  errors: EDIT_ERRORS,
  async handle({ params, headers, principal: { tenantId } }, services) {
    await editWorkItem(services, { tenantId, params, headers, type: "work-item.deleted" }, (edit) =>
      services.desk.store.deleteItem(edit),
    );
    return { body: undefined };
  },
});
