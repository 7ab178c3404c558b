import { categoryOf } from "../dead-letter-category.ts";
import { endFailure } from "../failure-record.ts";
import type { AttemptOutcome, JobFailure, Lease } from "../job.ts";
import type { AttemptFacts, Verdict } from "../retry.ts";
import { isRunning, type MemoryJob, type MemoryTenant, type RunningMemoryJob } from "./memory-tenant.ts";

/** The job that a lease holds, or undefined when it does not hold it (any more). */
export function findHeld(tenant: MemoryTenant, lease: Lease): RunningMemoryJob | undefined {
  const job = tenant.jobs.get(lease.jobId);
  if (job === undefined || !isRunning(job)) return undefined;
  return job.place.attempt === lease.attempt && job.place.sessionId === lease.sessionId ? job : undefined;
}

export function factsOf(job: RunningMemoryJob, now: Date): AttemptFacts {
  return {
    retry: job.accepted.retry,
    spent: job.place.attempt - job.place.spared,
    stopping: job.place.stopping,
    overdue: isOverdue(job, now),
  };
}

export function isOverdue(job: MemoryJob, now: Date): boolean {
  return job.accepted.deadline !== undefined && job.accepted.deadline <= now;
}

/** Carries a verdict on an attempt out. @returns when the job may run again, undefined when it ended. */
export function settle(
  tenant: MemoryTenant,
  job: RunningMemoryJob,
  end: {
    readonly verdict: Verdict;
    readonly outcome: Extract<AttemptOutcome, "failed" | "lost" | "released">;
    readonly failure: JobFailure;
    readonly spared: boolean;
    readonly now: Date;
  },
): Date | undefined {
  const { verdict, outcome, failure, now } = end;
  const { attempt, sessionId, startedAt, stopReason } = job.place;
  const byHolder = outcome === "failed";
  const robotId = tenant.sessions.get(sessionId)?.robotId;
  if (verdict.kind === "again" || !byHolder) {
    job.log.push({
      attempt,
      sessionId,
      startedAt,
      endedAt: now,
      outcome,
      error: failure,
      ...(robotId !== undefined && { robotId }),
    });
  }
  if (verdict.kind === "again") {
    const runAt = new Date(now.getTime() + verdict.delayMs);
    const spared = job.place.spared + (end.spared ? 1 : 0);
    if (verdict.delayMs > 0) tenant.move(job, { kind: "delayed", runAt, attempt, spared });
    else tenant.move(job, { kind: "ready", readyAt: runAt, attempt, spared });
    return runAt;
  }
  const attempts = attempt - job.place.spared - (end.spared ? 1 : 0);
  const error = endFailure({
    jobId: job.id,
    verdict,
    reported: failure,
    byHolder,
    ...(stopReason !== undefined && { stopReason }),
  });
  tenant.move(job, {
    kind: "done",
    state: verdict.state,
    attempt,
    byHolder,
    finishedAt: now,
    sessionId,
    startedAt,
    error,
  });
  if (verdict.deadLetter !== undefined) bury(tenant, job, { reason: verdict.deadLetter, error, attempts, now });
  return undefined;
}

/** Ends a job that waits. */
export function endWaiting(
  tenant: MemoryTenant,
  job: MemoryJob,
  end: { readonly state: "cancelled" | "timed_out"; readonly error: JobFailure; readonly now: Date },
): void {
  const { place } = job;
  if (place.kind === "active" || place.kind === "done") throw new TypeError(`job ${job.id} does not wait`);
  const { state, error, now } = end;
  tenant.move(job, { kind: "done", state, attempt: place.attempt, byHolder: false, finishedAt: now, error });
  if (state === "timed_out") {
    bury(tenant, job, { reason: "deadline", error, attempts: place.attempt - place.spared, now });
  }
}

function bury(
  tenant: MemoryTenant,
  job: MemoryJob,
  death: {
    readonly reason: "exhausted" | "permanent" | "deadline";
    readonly error: JobFailure;
    readonly attempts: number;
    readonly now: Date;
  },
): void {
  tenant.deadLetters.set(job.id, {
    jobId: job.id,
    tenantId: job.tenantId,
    kind: job.accepted.kind,
    reason: death.reason,
    category: categoryOf(death.reason, death.error),
    error: death.error,
    attempts: death.attempts,
    diedAt: death.now,
  });
}

/** True when the lease's holder has ended its job in one of these states. */
export function hasEnded(tenant: MemoryTenant, lease: Lease, states: readonly string[]): boolean {
  const place = tenant.jobs.get(lease.jobId)?.place;
  return (
    place?.kind === "done" &&
    place.byHolder &&
    place.attempt === lease.attempt &&
    place.sessionId === lease.sessionId &&
    states.includes(place.state)
  );
}

/** True when the attempt log says so of the lease's attempt. */
export function hasLogged(tenant: MemoryTenant, lease: Lease, outcome: AttemptOutcome): boolean {
  const log = tenant.jobs.get(lease.jobId)?.log ?? [];
  return log.some(
    (entry) => entry.attempt === lease.attempt && entry.sessionId === lease.sessionId && entry.outcome === outcome,
  );
}
