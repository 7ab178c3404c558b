import type { TenantId } from "../../../core/ids.ts";
import type { AcceptedQueue } from "../accepted-queue.ts";
import { workItemErrors } from "../errors.ts";
import { refuseOutdatedQueue, uniquenessIsFixed } from "../queue-edits.ts";
import { jobsToStart } from "../start-rule.ts";
import { WORK_ITEM_STATES } from "../work-item.ts";
import type { PlannedStarts } from "../work-item-store.ts";
import type { WorkQueue, WorkQueueStats } from "../work-queue.ts";
import { isDue, isWaiting, itemsOf, type MemoryTenant, queueOf } from "./memory-book.ts";

/** Puts a queue's settings in place. Throws WORK_QUEUE_NAME_TAKEN, WORK_QUEUE_CONFLICT, WORK_QUEUE_INVALID. */
export function editQueue(
  tenant: MemoryTenant,
  queueId: string,
  edit: { readonly accepted: AcceptedQueue; readonly expectedVersion: number | undefined; readonly now: Date },
): WorkQueue {
  const entry = queueOf(tenant, queueId);
  const { queue } = entry;
  const { accepted, now } = edit;
  refuseOutdatedQueue(queue, edit.expectedVersion);
  if (accepted.uniqueReference !== queue.uniqueReference) throw uniquenessIsFixed();
  refuseTakenName(tenant, accepted.name, queueId);
  const { id, tenantId, createdAt, version } = queue;
  entry.queue = { ...accepted, id, tenantId, createdAt, updatedAt: now, version: version + 1 };
  return entry.queue;
}

export function refuseTakenName(tenant: MemoryTenant, name: string, except?: string): void {
  const isTaken = [...tenant.queues.values()].some(({ queue }) => queue.name === name && queue.id !== except);
  if (isTaken) throw workItemErrors.WORK_QUEUE_NAME_TAKEN({ name });
}

/** Figures of a queue. */
export function statsOf(
  tenant: MemoryTenant,
  queueId: string,
  time: { readonly since: Date; readonly now: Date },
): WorkQueueStats {
  queueOf(tenant, queueId);
  const { since, now } = time;
  const items = itemsOf(tenant, queueId).map(({ item }) => item);
  const counts = Object.fromEntries(
    WORK_ITEM_STATES.map((state) => [state, items.filter((item) => item.state === state).length]),
  ) as WorkQueueStats["counts"];
  const handled = items.flatMap(({ state, startedAt, endedAt }) =>
    state === "successful" && startedAt && endedAt && endedAt >= since ? [endedAt.getTime() - startedAt.getTime()] : [],
  );
  const oldest = items.find(({ state }) => state === "new");
  const missed = items.filter(({ state, deadline, endedAt }) => {
    if (deadline === undefined || state === "deleted") return false;
    return endedAt === undefined ? deadline < now : endedAt >= since && deadline < endedAt;
  });
  return {
    counts,
    due: items.filter((item) => isDue(item, now)).length,
    postponed: items.filter((item) => isWaiting(item.state) && !isDue(item, now)).length,
    ...(handled.length > 0 && { averageHandlingMs: handled.reduce((sum, ms) => sum + ms, 0) / handled.length }),
    ...(oldest && { oldestNewMs: now.getTime() - oldest.createdAt.getTime() }),
    deadlineMisses: missed.length,
    since,
  };
}

/** Decides how many jobs to start, and notes that they are to be. */
export function planStartsOf(
  tenant: MemoryTenant,
  tenantId: TenantId,
  at: { readonly queueId: string; readonly now: Date },
): PlannedStarts | undefined {
  const { queueId, now } = at;
  const entry = queueOf(tenant, queueId);
  const rule = entry.queue.startRule;
  if (rule === undefined) return undefined;
  const items = itemsOf(tenant, queueId).map(({ item }) => item);
  const count = jobsToStart(rule, {
    waiting: items.filter((item) => isDue(item, now)).length,
    inProgress: items.filter(({ state }) => state === "in_progress").length,
    openStarts: entry.starts.length,
  });
  const starts = Array.from({ length: count }, () => ({ tenantId, queueId, number: entry.nextStart++ }));
  entry.starts = [...entry.starts, ...starts.map((start) => ({ ...start, plannedAt: now }))];
  return { rule, starts };
}
