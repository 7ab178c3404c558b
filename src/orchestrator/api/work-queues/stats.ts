import { workQueueParams, workQueueStats, workQueueStatsQuery } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { findWorkQueue } from "./find-work-queue.ts";
import { viewStats } from "./work-queue-view.ts";

const WEEK_MS = 7 * 86_400_000;

export const getWorkQueueStats = defineRoute({
  id: "getWorkQueueStats",
  method: "GET",
  path: "/api/v1/work-queues/:queue/stats",
  tag: "work-queues",
  summary: "Figures of a work queue",
  permission: "work-queues:read",
  params: workQueueParams,
  query: workQueueStatsQuery,
  success: { status: 200, description: "Counts, handling time, missed deadlines", body: workQueueStats },
  errors: { 404: ["WORK_QUEUE_NOT_FOUND"] },
  async handle({ params, query, principal: { tenantId } }, services) {
    const { id } = await findWorkQueue(services, tenantId, params.queue);
    const since =
      query.since === undefined ? new Date(services.clock.now().getTime() - WEEK_MS) : new Date(query.since);
    return { body: viewStats(await services.desk.store.stats(tenantId, id, since)) };
  },
});
