import { workQueueDto, workQueueInput } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { announce } from "../announce.ts";
import { versionTag } from "../if-match.ts";
import { toQueueDraft, viewWorkQueue } from "./work-queue-view.ts";

export const createWorkQueue = defineRoute({
  id: "createWorkQueue",
  method: "POST",
  path: "/api/v1/work-queues",
  tag: "work-queues",
  summary: "Create a work queue",
  description:
    "Items of the queue are taken by jobs, one by one. `itemSchema` understands type, enum, const, properties, required, additionalProperties, items, minItems, maxItems, minLength, maxLength, minimum, maximum, exclusiveMinimum, exclusiveMaximum, pattern (RE2), format, anyOf and allOf.",
  permission: "work-queues:write",
  body: workQueueInput,
  success: { status: 201, description: "The work queue", body: workQueueDto },
  errors: { 409: ["WORK_QUEUE_NAME_TAKEN"], 422: ["WORK_QUEUE_INVALID"] },
  async handle({ body, principal: { tenantId } }, services) {
    const queue = await services.desk.store.createQueue(tenantId, toQueueDraft(body));
    await announce(services, tenantId, { type: "work-queue.created", data: { queueId: queue.id, name: queue.name } });
    return {
      body: viewWorkQueue(queue),
      headers: { location: `/api/v1/work-queues/${queue.id}`, etag: versionTag(queue.version) },
    };
  },
});
