import { workQueueParams } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { announce } from "../announce.ts";
import { expectedVersion } from "../if-match.ts";
import { findWorkQueue } from "./find-work-queue.ts";

export const deleteWorkQueue = defineRoute({
  id: "deleteWorkQueue",
  method: "DELETE",
  path: "/api/v1/work-queues/:queue",
  tag: "work-queues",
  summary: "Delete a work queue with all its items",
  description: "Not while jobs work on items of it. With `If-Match`, only if that version is the newest.",
  permission: "work-queues:write",
  params: workQueueParams,
  success: { status: 204, description: "It is gone" },
  errors: {
    400: ["PRECONDITION_INVALID"],
    404: ["WORK_QUEUE_NOT_FOUND"],
    409: ["WORK_QUEUE_IN_USE"],
    412: ["WORK_QUEUE_CONFLICT"],
  },
  async handle({ params, headers, principal: { tenantId } }, services) {
    const version = expectedVersion(headers["if-match"]);
    const { id, name } = await findWorkQueue(services, tenantId, params.queue);
    await services.desk.store.deleteQueue(tenantId, id, version);
    await announce(services, tenantId, { type: "work-queue.deleted", data: { queueId: id, name } });
    return { body: undefined };
  },
});
