import { workQueueDto, workQueueParams } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { versionTag } from "../if-match.ts";
import { findWorkQueue } from "./find-work-queue.ts";
import { viewWorkQueue } from "./work-queue-view.ts";

export const getWorkQueue = defineRoute({
  id: "getWorkQueue",
  method: "GET",
  path: "/api/v1/work-queues/:queue",
  tag: "work-queues",
  summary: "Get a work queue",
  permission: "work-queues:read",
  params: workQueueParams,
  success: { status: 200, description: "The work queue; its `ETag` is for `If-Match`", body: workQueueDto },
  errors: { 404: ["WORK_QUEUE_NOT_FOUND"] },
  async handle({ params, principal }, services) {
    const queue = await findWorkQueue(services, principal.tenantId, params.queue);
    return { body: viewWorkQueue(queue), headers: { etag: versionTag(queue.version) } };
  },
});
