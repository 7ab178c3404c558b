import { deadlineFailure, lostFailure, releasedFailure } from "../failure-record.ts";
import type { ReapOptions, ReapReport } from "../queue.ts";
import { decideAfterLoss, decideAfterRelease } from "../retry.ts";
import { promoteDue } from "./memory-claim.ts";
import { endWaiting, factsOf, isOverdue, settle } from "./memory-settle.ts";
import { isRunning, type MemoryJob, type MemoryTenant, type RunningMemoryJob } from "./memory-tenant.ts";

/** One pass over one tenant, in the order of the PostgreSQL queue: sessions, their jobs, deadlines, delayed jobs. */
export function reapTenant(tenant: MemoryTenant, now: Date, { spareSessions = false }: ReapOptions): ReapReport {
  let sessionsExpired = 0;
  for (const session of spareSessions ? [] : tenant.sessions.values()) {
    if (session.ended || session.until > now) continue;
    session.ended = true;
    sessionsExpired++;
  }
  const found = { requeued: [] as string[], died: [] as string[], cancelled: [] as string[], timedOut: [] as string[] };
  for (const job of spareSessions ? [] : tenant.running()) {
    if (!takeAbandoned(tenant, job, now)) continue;
    const { place }: MemoryJob = job;
    if (place.kind !== "done") found.requeued.push(job.id);
    else if (place.state === "cancelled") found.cancelled.push(job.id);
    else if (place.state === "timed_out") found.timedOut.push(job.id);
    else found.died.push(job.id);
  }
  found.timedOut.push(...endOverdue(tenant, now));
  return { ...found, promoted: promoteDue(tenant, now), admitted: false, sessionsExpired };
}

/** @returns false when the job's holder may keep it. */
function takeAbandoned(tenant: MemoryTenant, job: RunningMemoryJob, now: Date): boolean {
  const { attempt, sessionId, listed, startedAt } = job.place;
  const session = tenant.sessions.get(sessionId);
  if (session === undefined || session.ended) {
    const verdict = decideAfterLoss(factsOf(job, now));
    settle(tenant, job, { verdict, outcome: "lost", failure: lostFailure(job.id, attempt), spared: false, now });
    return true;
  }
  if (listed || session.renewedAt.getTime() <= startedAt.getTime() + 2 * session.leaseMs) return false;
  const verdict = decideAfterRelease(factsOf(job, now), false);
  const failure = releasedFailure(job.id, attempt, "the answer to its claim never arrived");
  settle(tenant, job, { verdict, outcome: "released", failure, spared: true, now });
  return true;
}

function endOverdue(tenant: MemoryTenant, now: Date): string[] {
  const ended: string[] = [];
  for (const job of tenant.deadlines) {
    if (!isOverdue(job, now)) continue;
    tenant.deadlines.delete(job);
    if (job.place.kind === "done") continue;
    if (isRunning(job)) {
      if (job.place.stopping === "no") tenant.move(job, { ...job.place, stopping: "deadline" });
      continue;
    }
    endWaiting(tenant, job, { state: "timed_out", error: deadlineFailure(job.id), now });
    ended.push(job.id);
  }
  return ended;
}
