import type { JsonValue } from "../../core/json.ts";
import type { Attempt, DeadLetter, Job } from "../job.ts";
import type { DeadLetterFilter, JobFilter, QueueStats } from "../queue.ts";
import { ALL_KINDS } from "./memory-claim.ts";
import type { MemoryJob, MemoryTenant, Place } from "./memory-tenant.ts";

/** What the outside sees of a job; the payload is a copy. */
export function viewJob(tenant: MemoryTenant, job: MemoryJob): Job {
  const { accepted, place } = job;
  const { idempotencyKey, retryOf, deadline, concurrency } = accepted;
  const sessionId = place.kind === "active" || place.kind === "done" ? place.sessionId : undefined;
  const robotId = sessionId === undefined ? undefined : tenant.sessions.get(sessionId)?.robotId;
  return {
    id: job.id,
    tenantId: job.tenantId,
    kind: accepted.kind,
    state: stateOf(place),
    payload: JSON.parse(accepted.payloadText) as JsonValue,
    priority: accepted.priority,
    environment: accepted.environment,
    requires: accepted.requires,
    retry: accepted.retry,
    createdAt: job.createdAt,
    runAt: runAtOf(job),
    attempt: place.attempt,
    cancelRequested: place.kind === "active" && place.stopping !== "no",
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(retryOf !== undefined && { retryOf }),
    ...(deadline !== undefined && { deadline }),
    ...(concurrency !== undefined && { concurrency: tenant.ruleOf(concurrency) }),
    ...(robotId !== undefined && { robotId }),
    ...viewHold(tenant, job),
    ...viewPlace(place),
  };
}

function viewHold(tenant: MemoryTenant, { accepted, place }: MemoryJob): Pick<Job, "heldBy"> {
  if (place.kind === "delayed") return { heldBy: "time" };
  if (place.kind === "parked") return { heldBy: "limit" };
  const isPaused = tenant.pauses.has(accepted.kind) || tenant.pauses.has(ALL_KINDS);
  return place.kind === "ready" && isPaused ? { heldBy: "pause" } : {};
}

function viewPlace(place: Place): Partial<Job> {
  if (place.kind === "active") {
    const { startedAt, progress, progressNote } = place;
    return {
      startedAt,
      ...(progress !== undefined && { progress }),
      ...(progressNote !== undefined && { progressNote }),
    };
  }
  if (place.kind !== "done") return {};
  const { finishedAt, startedAt, resultText, error } = place;
  return {
    finishedAt,
    ...(startedAt !== undefined && { startedAt }),
    ...(resultText !== undefined && { result: JSON.parse(resultText) as JsonValue }),
    ...(error !== undefined && { error }),
  };
}

function stateOf(place: Place): Job["state"] {
  if (place.kind === "done") return place.state;
  return place.kind === "active" ? "running" : "pending";
}

function runAtOf(job: MemoryJob): Date {
  const { place } = job;
  if (place.kind === "delayed") return place.runAt;
  if ((place.kind === "ready" || place.kind === "parked") && place.attempt > 0) return place.readyAt;
  return job.accepted.runAt ?? job.createdAt;
}

export function viewAttempts(tenant: MemoryTenant, job: MemoryJob): readonly Attempt[] {
  const { place } = job;
  const attempts = [...job.log];
  if (place.kind === "active" || (place.kind === "done" && place.byHolder)) {
    const { attempt, sessionId = "", startedAt = job.createdAt } = place;
    const robotId = tenant.sessions.get(sessionId)?.robotId;
    attempts.push({
      attempt,
      sessionId,
      startedAt,
      outcome: place.kind === "active" ? "running" : place.state === "failed" ? "dead" : place.state,
      ...(robotId !== undefined && { robotId }),
      ...(place.kind === "done" && { endedAt: place.finishedAt }),
      ...(place.kind === "done" && place.error !== undefined && { error: place.error }),
    });
  }
  return attempts;
}

export function matches(job: Job, filter: JobFilter): boolean {
  return (
    (filter.states?.includes(job.state) ?? true) &&
    (filter.kind === undefined || job.kind === filter.kind) &&
    (filter.robotId === undefined || job.robotId === filter.robotId) &&
    (filter.environment === undefined || job.environment === filter.environment) &&
    (filter.createdFrom === undefined || job.createdAt >= filter.createdFrom) &&
    (filter.createdTo === undefined || job.createdAt < filter.createdTo) &&
    (filter.heldBy === undefined || job.heldBy === filter.heldBy) &&
    (filter.concurrencyKey === undefined || job.concurrency?.key === filter.concurrencyKey)
  );
}

/** Dead letters that fit, newest first. @param after time of death in microseconds and job id of the last one before. */
export function viewLetters(
  tenant: MemoryTenant,
  filter: DeadLetterFilter,
  after: readonly [diedUs: string, jobId: string] | undefined,
): readonly DeadLetter[] {
  return [...tenant.deadLetters.values()]
    .toSorted((a, b) => b.diedAt.getTime() - a.diedAt.getTime() || Number(b.jobId) - Number(a.jobId))
    .filter((letter) => {
      if (!letterMatches(letter, filter)) return false;
      if (after === undefined) return true;
      const laterUs = letter.diedAt.getTime() * 1_000 - Number(after[0]);
      return laterUs < 0 || (laterUs === 0 && Number(letter.jobId) < Number(after[1]));
    });
}

function letterMatches(letter: DeadLetter, filter: DeadLetterFilter): boolean {
  const { error, diedAt } = letter;
  return (
    (filter.kind === undefined || letter.kind === filter.kind) &&
    (filter.reason === undefined || letter.reason === filter.reason) &&
    (filter.category === undefined || letter.category === filter.category) &&
    (filter.code === undefined || error.code === filter.code) &&
    (filter.diedFrom === undefined || diedAt >= filter.diedFrom) &&
    (filter.diedTo === undefined || diedAt < filter.diedTo) &&
    (filter.requeued === undefined || filter.requeued === (letter.requeuedAs !== undefined))
  );
}

export function viewStats(tenant: MemoryTenant, now: Date): QueueStats {
  const claimableSince: number[] = [];
  let notDue = 0;
  let heldBack = 0;
  for (const { accepted, place } of tenant.jobs.values()) {
    if (place.kind === "parked" || (place.kind === "ready" && tenant.pauses.has(accepted.kind))) heldBack++;
    else if (place.kind === "ready") claimableSince.push(place.readyAt.getTime());
    else if (place.kind === "delayed" && place.runAt <= now) claimableSince.push(place.runAt.getTime());
    else if (place.kind === "delayed") notDue++;
  }
  const oldest = claimableSince.reduce((a, b) => Math.min(a, b), now.getTime());
  return {
    pending: claimableSince.length,
    delayed: notDue,
    heldBack,
    running: tenant.running().length,
    deadLetters: [...tenant.deadLetters.values()].filter((letter) => letter.requeuedAs === undefined).length,
    ...(claimableSince.length > 0 && { oldestPendingMs: now.getTime() - oldest }),
  };
}
