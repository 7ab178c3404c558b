import type { JsonValue } from "../../core/json.ts";
import { cancelledFailure, deadlineFailure, LIMIT_REASON } from "../failure-record.ts";
import type { ClaimedJob } from "../job.ts";
import type { CancelOutcome, ClaimRequest } from "../queue.ts";
import type { LimitVerdict } from "./memory-limits.ts";
import { endWaiting, isOverdue } from "./memory-settle.ts";
import { byUrgency, type MemoryJob, type MemoryTenant } from "./memory-tenant.ts";

/** `MemoryTenant.pauses`: the key of a pause of everything. */
export const ALL_KINDS = "";

/** Takes jobs for a live session; delayed jobs that are due join the line when it has less than was asked for. */
export function claimFrom(tenant: MemoryTenant, request: ClaimRequest, now: Date): readonly ClaimedJob[] {
  const taken = takeReady(tenant, request, request.limit, now);
  if (taken.length < request.limit && promoteDue(tenant, now) > 0) {
    applyLimits(tenant, now);
    taken.push(...takeReady(tenant, request, request.limit - taken.length, now));
  }
  return taken.toSorted(byUrgency).map((job) => viewClaimed(job, request.sessionId));
}

function takeReady(tenant: MemoryTenant, request: ClaimRequest, limit: number, now: Date): MemoryJob[] {
  if (tenant.pauses.has(ALL_KINDS)) return [];
  const offered = new Set(request.capabilities);
  const taken: MemoryJob[] = [];
  for (const job of tenant.ready()) {
    if (taken.length >= limit) break;
    const { environment, requires } = job.accepted;
    if (environment !== request.environment || !requires.every((label) => offered.has(label))) continue;
    if (tenant.pauses.has(job.accepted.kind)) continue;
    if (isOverdue(job, now)) {
      endWaiting(tenant, job, { state: "timed_out", error: deadlineFailure(job.id), now });
      continue;
    }
    if (job.place.kind !== "ready") continue;
    const { attempt, spared } = job.place;
    tenant.move(job, {
      kind: "active",
      attempt: attempt + 1,
      spared,
      sessionId: request.sessionId,
      startedAt: now,
      stopping: "no",
      listed: false,
    });
    taken.push(job);
  }
  return taken;
}

function viewClaimed(job: MemoryJob, sessionId: string): ClaimedJob {
  const { kind, payloadText, priority, retry, deadline } = job.accepted;
  return {
    tenantId: job.tenantId,
    jobId: job.id,
    attempt: job.place.attempt,
    sessionId,
    kind,
    payload: JSON.parse(payloadText) as JsonValue,
    priority,
    retry,
    createdAt: job.createdAt,
    ...(deadline !== undefined && { deadline }),
  };
}

/** Carries out what limits say; to be called after jobs came or went. @returns true when jobs were let into the line. */
export function applyLimits(tenant: MemoryTenant, now: Date): boolean {
  let hasAdmitted = false;
  for (const key of tenant.takeTouchedKeys()) {
    for (let next = tenant.nextVerdict(key); next !== undefined; next = tenant.nextVerdict(key)) {
      const { kind, job } = next;
      const { place } = job;
      if (kind === "admit") {
        if (place.kind === "parked") tenant.move(job, { ...place, kind: "ready" });
        hasAdmitted = true;
      } else {
        putOut(tenant, next, now);
      }
    }
  }
  return hasAdmitted;
}

/** Cancels a job that does not fit its limit, or asks its robot to stop. */
function putOut(tenant: MemoryTenant, { kind, job }: LimitVerdict, now: Date): void {
  if (kind === "admit") return;
  const { place, tenantId, id: jobId } = job;
  const reason = LIMIT_REASON[kind];
  let outcome: CancelOutcome;
  if (place.kind === "active") {
    tenant.move(job, { ...place, stopping: "cancel", stopReason: reason });
    outcome = { kind: "requested", sessionId: place.sessionId };
  } else {
    endWaiting(tenant, job, { state: "cancelled", error: cancelledFailure(jobId, reason), now });
    outcome = { kind: "cancelled" };
  }
  if (kind !== "skip") tenant.onDisplaced({ tenantId, jobId, reason, outcome });
}

/** Moves due jobs into the line. @returns how many. */
export function promoteDue(tenant: MemoryTenant, now: Date): number {
  let promoted = 0;
  for (const job of tenant.delayed()) {
    if (job.place.kind !== "delayed" || job.place.runAt > now) continue;
    const { runAt, attempt, spared } = job.place;
    tenant.move(job, { kind: "ready", readyAt: runAt, attempt, spared });
    promoted++;
  }
  return promoted;
}
