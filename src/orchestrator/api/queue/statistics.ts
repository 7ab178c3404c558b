import { queueStatistics, queueStatisticsQuery } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { viewStatistics } from "./statistics-view.ts";

const HOUR_MS = 3_600_000;

export const getQueueStatistics = defineRoute({
  id: "getQueueStatistics",
  method: "GET",
  path: "/api/v1/queue/statistics",
  tag: "queue",
  summary: "Figures of the job queue",
  description:
    "What is there now by state, priority and route, how long jobs waited and attempts ran in a window of time, and what is wrong with the queue. Costs the same however many jobs have ended.",
  permission: "jobs:read",
  query: queueStatisticsQuery,
  success: { status: 200, description: "Depth, waits, attempts, ends, alarms", body: queueStatistics },
  errors: { 422: ["QUEUE_INVALID"] },
  async handle({ query, principal: { tenantId } }, { queue, clock }) {
    const to = query.to === undefined ? clock.now() : new Date(query.to);
    const from = query.from === undefined ? new Date(to.getTime() - HOUR_MS) : new Date(query.from);
    const [statistics, alarms] = await Promise.all([queue.statistics(tenantId, { from, to }), queue.alarms()]);
    return { body: viewStatistics(statistics, alarms) };
  },
});
