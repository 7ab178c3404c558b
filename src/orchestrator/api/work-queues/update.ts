import { workQueueDto, workQueueInput, workQueueParams } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { announce } from "../announce.ts";
import { expectedVersion, versionTag } from "../if-match.ts";
import { findWorkQueue } from "./find-work-queue.ts";
import { toQueueDraft, viewWorkQueue } from "./work-queue-view.ts";

export const updateWorkQueue = defineRoute({
  id: "updateWorkQueue",
  method: "PUT",
  path: "/api/v1/work-queues/:queue",
  tag: "work-queues",
  summary: "Change all settings of a work queue",
  description:
    "What is left out gets its default. Schema and default priority count for items that are added from now on. With `If-Match`, only if that version is the newest.",
  permission: "work-queues:write",
  params: workQueueParams,
  body: workQueueInput,
  success: { status: 200, description: "The work queue", body: workQueueDto },
  errors: {
    400: ["PRECONDITION_INVALID"],
    404: ["WORK_QUEUE_NOT_FOUND"],
    409: ["WORK_QUEUE_NAME_TAKEN"],
    412: ["WORK_QUEUE_CONFLICT"],
    422: ["WORK_QUEUE_INVALID"],
  },
  async handle({ params, body, headers, principal: { tenantId } }, services) {
    const version = expectedVersion(headers["if-match"]);
    const { id } = await findWorkQueue(services, tenantId, params.queue);
    const queue = await services.desk.store.updateQueue(tenantId, id, {
      draft: toQueueDraft(body),
      ...(version !== undefined && { expectedVersion: version }),
    });
    const data = { queueId: id, name: queue.name, version: queue.version };
    await announce(services, tenantId, { type: "work-queue.updated", data });
    // A rule may be new, or allow more jobs.
    await services.desk.consider(tenantId, id);
    return { body: viewWorkQueue(queue), headers: { etag: versionTag(queue.version) } };
  },
});
