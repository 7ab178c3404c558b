import { workItemParams, workItemReviewInput, workItemSummary } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { EDIT_ERRORS, editWorkItem } from "./edit-answer.ts";

export const reviewWorkItem = defineRoute({
  id: "reviewWorkItem",
  method: "POST",
  path: "/api/v1/work-queues/:queue/items/:itemId/review",
  tag: "work-items",
  summary: "Say what is thought of a failed or abandoned item",
  description: "`retried` sends it back into the line, as `retry` does. The reviewer's default is the name of the key.",
  permission: "work-queues:write",
  params: workItemParams,
  body: workItemReviewInput,
  success: { status: 200, description: "The item", body: workItemSummary },
  errors: EDIT_ERRORS,
  handle: ({ params, body, headers, principal: { tenantId, keyName } }, services) =>
    editWorkItem(services, { tenantId, params, headers, type: "work-item.reviewed" }, (edit) => {
      const { status, reviewer = keyName, note } = body;
      const said = { reviewer, ...(note !== undefined && { note }) };
      const { store } = services.desk;
      return status === "retried"
        ? store.retryItem({ ...edit, ...said })
        : store.reviewItem({ ...edit, review: { status, ...said } });
    }),
});
