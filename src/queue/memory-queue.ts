import { type Clock, systemClock } from "../core/clock.ts";
import type { TenantId } from "../core/ids.ts";
import type { JsonValue } from "../core/json.ts";
import {
  type AcceptedJob,
  acceptJobs,
  acceptRule,
  checkClaim,
  checkFilter,
  checkKind,
  checkLeaseMs,
  checkLetterFilter,
  checkSession,
  checkWindow,
} from "./accepted-job.ts";
import { isMicroseconds, readPage, toPage } from "./cursor.ts";
import { queueErrors } from "./errors.ts";
import { cancelledFailure, releasedFailure, storableFailure, storableNote } from "./failure-record.ts";
import type {
  Attempt,
  ClaimedJob,
  ConcurrencyRule,
  DeadLetter,
  EnqueueOutcome,
  EnqueueRequest,
  Job,
  JobFailure,
  Lease,
} from "./job.ts";
import { encodeJson } from "./json-text.ts";
import { ALL_KINDS, applyLimits, claimFrom } from "./memory/memory-claim.ts";
import { reapTenant } from "./memory/memory-reap.ts";
import { repeatOf } from "./memory/memory-repeat.ts";
import { endWaiting, factsOf, findHeld, hasEnded, hasLogged, settle } from "./memory/memory-settle.ts";
import { viewStatistics } from "./memory/memory-statistics.ts";
import { isLive, isRunning, type MemoryJob, MemoryTenant } from "./memory/memory-tenant.ts";
import { tidyTenants } from "./memory/memory-tidy.ts";
import { matches, viewAttempts, viewJob, viewLetters, viewStats } from "./memory/memory-views.ts";
import { clampProgress } from "./progress.ts";
import type {
  CancelOutcome,
  ClaimRequest,
  DeadLetterFilter,
  Displaced,
  FailOutcome,
  JobFilter,
  JobQueue,
  Page,
  PageRequest,
  Pause,
  QueueStats,
  ReapOptions,
  ReapReport,
  Renewal,
  RenewalReply,
  RepeatOptions,
  RetryOutcome,
  SessionRequest,
  SettleOutcome,
} from "./queue.ts";
import type { QueueAlarm } from "./queue-alarms.ts";
import { decideAfterFailure, decideAfterRelease } from "./retry.ts";
import type { QueueStatistics, StatisticsWindow } from "./statistics.ts";
import { isStoredId } from "./stored-id.ts";
import type { TidyOptions, TidyReport } from "./tidy.ts";

/** What decides in the queue beside its callers. */
export interface MemoryQueueOptions {
  /** Decides all times; default the machine's. */
  readonly clock?: Clock;
  /** Spreads retries; default `Math.random`. */
  readonly dice?: () => number;
  /** Told of jobs that had to make room for newer ones with their concurrency key. */
  readonly onDisplaced?: (job: Displaced) => void;
}

/**
 * The queue in this process's memory, with the promises of the PostgreSQL queue but durability: for tests, and for work
 * that may be forgotten. Finished jobs are kept until `tidy` forgets them or the object is gone.
 */
export class MemoryQueue implements JobQueue {
  readonly #clock: Clock;
  readonly #dice: () => number;
  readonly #onDisplaced: (job: Displaced) => void;
  readonly #tenants = new Map<TenantId, MemoryTenant>();
  readonly #listeners = new Set<() => void>();
  #lastJobId = 0;
  #lastSessionId = 0;

  constructor(options: MemoryQueueOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#dice = options.dice ?? Math.random;
    this.#onDisplaced = options.onDisplaced ?? (() => undefined);
  }

  async enqueue(tenantId: TenantId, requests: readonly EnqueueRequest[]): Promise<readonly EnqueueOutcome[]> {
    const accepted = acceptJobs(requests);
    const tenant = this.#tenant(tenantId);
    const outcomes = accepted.map((job): EnqueueOutcome => {
      const known = job.idempotencyKey === undefined ? undefined : tenant.jobByKey.get(job.idempotencyKey);
      if (known !== undefined) return { jobId: known, created: false };
      const jobId = this.#add(tenantId, job).id;
      if (job.idempotencyKey !== undefined) tenant.jobByKey.set(job.idempotencyKey, jobId);
      return { jobId, created: true };
    });
    applyLimits(tenant, this.#clock.now());
    this.#ringIf(outcomes.some((outcome) => outcome.created));
    return outcomes;
  }

  async openSession(session: SessionRequest): Promise<{ readonly sessionId: string }> {
    checkSession(session);
    const sessionId = String(++this.#lastSessionId);
    const now = this.#clock.now();
    this.#tenant(session.tenantId).sessions.set(sessionId, {
      robotId: session.robotId,
      until: new Date(now.getTime() + session.leaseMs),
      renewedAt: now,
      leaseMs: session.leaseMs,
      ended: false,
    });
    return { sessionId };
  }

  async renew(renewal: Renewal): Promise<RenewalReply> {
    checkLeaseMs(renewal.leaseMs);
    const tenant = this.#tenant(renewal.tenantId);
    const session = tenant.sessions.get(renewal.sessionId);
    if (session === undefined || session.ended) {
      return { live: false, lost: renewal.jobs.map((job) => job.jobId), cancelRequested: [] };
    }
    session.renewedAt = this.#clock.now();
    session.leaseMs = renewal.leaseMs;
    session.until = new Date(session.renewedAt.getTime() + renewal.leaseMs);
    const lost: string[] = [];
    const cancelRequested: string[] = [];
    for (const { jobId, attempt, progress, progressNote } of renewal.jobs) {
      const job = findHeld(tenant, { tenantId: renewal.tenantId, jobId, attempt, sessionId: renewal.sessionId });
      if (job === undefined) {
        lost.push(jobId);
        continue;
      }
      if (job.place.stopping !== "no") cancelRequested.push(jobId);
      const share = clampProgress(progress);
      tenant.move(job, {
        ...job.place,
        listed: true,
        ...(share !== undefined && { progress: share }),
        ...(progressNote !== undefined && { progressNote: storableNote(progressNote) }),
      });
    }
    return { live: true, lost, cancelRequested };
  }

  async closeSession(tenantId: TenantId, sessionId: string): Promise<void> {
    const tenant = this.#tenant(tenantId);
    const session = tenant.sessions.get(sessionId);
    if (session !== undefined) session.ended = true;
    const held = tenant.running().filter((job) => job.place.sessionId === sessionId);
    for (const job of held) {
      const lease = { tenantId, jobId: job.id, attempt: job.place.attempt, sessionId };
      await this.release(lease, { started: true, reason: "its session was closed" });
    }
  }

  async claim(request: ClaimRequest): Promise<readonly ClaimedJob[]> {
    checkClaim(request);
    const tenant = this.#tenant(request.tenantId);
    const now = this.#clock.now();
    if (!isLive(tenant.sessions.get(request.sessionId), now)) {
      throw queueErrors.QUEUE_SESSION_EXPIRED({ sessionId: request.sessionId });
    }
    const claimed = claimFrom(tenant, request, now);
    applyLimits(tenant, now);
    return claimed;
  }

  async complete(lease: Lease, result?: JsonValue): Promise<SettleOutcome> {
    const resultText = result === undefined ? undefined : encodeJson("result", result);
    const tenant = this.#tenant(lease.tenantId);
    const job = findHeld(tenant, lease);
    if (job === undefined) return hasEnded(tenant, lease, ["completed"]) ? "duplicate" : "lost";
    const { attempt, sessionId, startedAt } = job.place;
    tenant.move(job, {
      kind: "done",
      state: "completed",
      attempt,
      byHolder: true,
      finishedAt: this.#clock.now(),
      sessionId,
      startedAt,
      ...(resultText !== undefined && { resultText }),
    });
    this.#ringIf(applyLimits(tenant, this.#clock.now()));
    return "recorded";
  }

  async fail(lease: Lease, failure: JobFailure): Promise<FailOutcome> {
    const stored = storableFailure(failure);
    const tenant = this.#tenant(lease.tenantId);
    const job = findHeld(tenant, lease);
    if (job === undefined) {
      const said = hasLogged(tenant, lease, "failed") || hasEnded(tenant, lease, ["failed", "cancelled", "timed_out"]);
      return { kind: said ? "duplicate" : "lost" };
    }
    const now = this.#clock.now();
    const verdict = decideAfterFailure(factsOf(job, now), stored.errorClass, this.#dice());
    const runAt = settle(tenant, job, { verdict, outcome: "failed", failure: stored, spared: false, now });
    this.#ringIf(applyLimits(tenant, now) || (verdict.kind === "again" && verdict.delayMs === 0));
    if (verdict.kind === "end") return { kind: "ended", state: verdict.state };
    return { kind: "retry", runAt: runAt ?? now };
  }

  async release(lease: Lease, options: { readonly started: boolean; readonly reason: string }): Promise<SettleOutcome> {
    const tenant = this.#tenant(lease.tenantId);
    const job = findHeld(tenant, lease);
    if (job === undefined) return hasLogged(tenant, lease, "released") ? "duplicate" : "lost";
    const now = this.#clock.now();
    const verdict = decideAfterRelease(factsOf(job, now), options.started);
    const failure = releasedFailure(lease.jobId, lease.attempt, storableNote(options.reason));
    settle(tenant, job, { verdict, outcome: "released", failure, spared: !options.started, now });
    this.#ringIf(applyLimits(tenant, now) || verdict.kind === "again");
    return "recorded";
  }

  async holds(lease: Lease): Promise<boolean> {
    return findHeld(this.#tenant(lease.tenantId), lease) !== undefined;
  }

  async requestCancel(tenantId: TenantId, jobId: string, reason?: string): Promise<CancelOutcome> {
    const tenant = this.#tenant(tenantId);
    const job = tenant.jobs.get(jobId);
    if (job === undefined) return { kind: "not-found" };
    if (job.place.kind === "done") return { kind: "finished", state: job.place.state };
    const stopReason = reason === undefined ? undefined : storableNote(reason);
    if (isRunning(job)) {
      if (job.place.stopping === "no") {
        tenant.move(job, { ...job.place, stopping: "cancel", ...(stopReason !== undefined && { stopReason }) });
      }
      return { kind: "requested", sessionId: job.place.sessionId };
    }
    const error = cancelledFailure(jobId, stopReason);
    endWaiting(tenant, job, { state: "cancelled", error, now: this.#clock.now() });
    this.#ringIf(applyLimits(tenant, this.#clock.now()));
    return { kind: "cancelled" };
  }

  async retry(tenantId: TenantId, jobId: string, options: RepeatOptions = {}): Promise<RetryOutcome> {
    const tenant = this.#tenant(tenantId);
    const job = tenant.jobs.get(jobId);
    if (job === undefined) return { kind: "not-found" };
    if (job.place.kind !== "done") return { kind: "not-finished", state: viewJob(tenant, job).state };
    return { kind: "created", jobId: this.#copy(tenant, job, options) };
  }

  async get(tenantId: TenantId, jobId: string): Promise<Job | undefined> {
    const tenant = this.#tenant(tenantId);
    const job = tenant.jobs.get(jobId);
    return job && viewJob(tenant, job);
  }

  async list(tenantId: TenantId, filter: JobFilter, page: PageRequest): Promise<Page<Job>> {
    checkFilter(filter);
    const [before] = readPage(page, [isStoredId]) ?? [];
    const tenant = this.#tenant(tenantId);
    const jobs = [...tenant.jobs.values()]
      .filter((job) => before === undefined || Number(job.id) < Number(before))
      .map((job) => viewJob(tenant, job))
      .filter((job) => matches(job, filter))
      .toReversed();
    return toPage(jobs, page.limit, (job) => [job.id]);
  }

  async attempts(tenantId: TenantId, jobId: string): Promise<readonly Attempt[]> {
    const tenant = this.#tenant(tenantId);
    const job = tenant.jobs.get(jobId);
    return job === undefined ? [] : viewAttempts(tenant, job);
  }

  async stats(tenantId: TenantId): Promise<QueueStats> {
    return viewStats(this.#tenant(tenantId), this.#clock.now());
  }

  async statistics(tenantId: TenantId, window: StatisticsWindow): Promise<QueueStatistics> {
    checkWindow(window);
    return viewStatistics(this.#tenant(tenantId), window, this.#clock.now());
  }

  /** None: there is no database. */
  async alarms(): Promise<readonly QueueAlarm[]> {
    return [];
  }

  async tidy(options: TidyOptions): Promise<TidyReport> {
    return tidyTenants([...this.#tenants.values()], options, this.#clock.now());
  }

  async reap(options: ReapOptions = {}): Promise<ReapReport> {
    const reports = [...this.#tenants.values()].map((tenant) => reapTenant(tenant, this.#clock.now(), options));
    const admitted = [...this.#tenants.values()].map((tenant) => applyLimits(tenant, this.#clock.now()));
    const report: ReapReport = {
      admitted: admitted.includes(true),
      requeued: reports.flatMap((part) => part.requeued),
      died: reports.flatMap((part) => part.died),
      cancelled: reports.flatMap((part) => part.cancelled),
      timedOut: reports.flatMap((part) => part.timedOut),
      promoted: reports.reduce((sum, part) => sum + part.promoted, 0),
      sessionsExpired: reports.reduce((sum, part) => sum + part.sessionsExpired, 0),
    };
    this.#ringIf(report.promoted > 0 || report.admitted || report.requeued.length > 0);
    return report;
  }

  async pause(tenantId: TenantId, kind?: string, reason?: string): Promise<void> {
    checkKind(kind);
    const { pauses } = this.#tenant(tenantId);
    if (pauses.has(kind ?? ALL_KINDS)) return;
    pauses.set(kind ?? ALL_KINDS, {
      pausedAt: this.#clock.now(),
      ...(kind !== undefined && { kind }),
      ...(reason !== undefined && { reason: storableNote(reason) }),
    });
  }

  async resume(tenantId: TenantId, kind?: string): Promise<boolean> {
    checkKind(kind);
    const wasPaused = this.#tenant(tenantId).pauses.delete(kind ?? ALL_KINDS);
    this.#ringIf(wasPaused);
    return wasPaused;
  }

  async listPauses(tenantId: TenantId): Promise<readonly Pause[]> {
    const { pauses } = this.#tenant(tenantId);
    return [...pauses].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, pause]) => pause);
  }

  async changeLimit(tenantId: TenantId, rule: ConcurrencyRule): Promise<void> {
    const tenant = this.#tenant(tenantId);
    tenant.changeLimit(acceptRule(rule));
    this.#ringIf(applyLimits(tenant, this.#clock.now()));
  }

  async listDeadLetters(
    tenantId: TenantId,
    page: PageRequest,
    filter: DeadLetterFilter = {},
  ): Promise<Page<DeadLetter>> {
    checkLetterFilter(filter);
    const [diedUs, jobId] = readPage(page, [isMicroseconds, isStoredId]) ?? [];
    const letters = viewLetters(
      this.#tenant(tenantId),
      filter,
      diedUs === undefined ? undefined : [diedUs, jobId ?? ""],
    );
    return toPage(letters, page.limit, (letter) => [String(letter.diedAt.getTime() * 1_000), letter.jobId]);
  }

  async getDeadLetter(tenantId: TenantId, jobId: string): Promise<DeadLetter | undefined> {
    return this.#tenant(tenantId).deadLetters.get(jobId);
  }

  async requeueDeadLetter(
    tenantId: TenantId,
    jobId: string,
    options: RepeatOptions = {},
  ): Promise<{ readonly jobId: string }> {
    const tenant = this.#tenant(tenantId);
    const letter = tenant.deadLetters.get(jobId);
    const job = tenant.jobs.get(jobId);
    if (letter === undefined || job === undefined) throw queueErrors.QUEUE_DEAD_LETTER_NOT_FOUND({ jobId });
    if (letter.requeuedAs !== undefined) {
      throw queueErrors.QUEUE_DEAD_LETTER_REQUEUED({ jobId, requeuedAs: letter.requeuedAs });
    }
    return { jobId: this.#copy(tenant, job, options) };
  }

  async deleteDeadLetter(tenantId: TenantId, jobId: string): Promise<boolean> {
    return this.#tenant(tenantId).deadLetters.delete(jobId);
  }

  async onAvailable(listener: () => void): Promise<{ close(): Promise<void> }> {
    const entry = (): void => listener();
    this.#listeners.add(entry);
    return {
      close: async () => {
        this.#listeners.delete(entry);
      },
    };
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }

  #tenant(tenantId: TenantId): MemoryTenant {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined) return known;
    const fresh = new MemoryTenant(this.#onDisplaced);
    this.#tenants.set(tenantId, fresh);
    return fresh;
  }

  #add(tenantId: TenantId, accepted: AcceptedJob): MemoryJob {
    const now = this.#clock.now();
    const waits = accepted.runAt !== undefined && accepted.runAt > now;
    const job: MemoryJob = {
      id: String(++this.#lastJobId),
      tenantId,
      accepted,
      createdAt: now,
      log: [],
      place: waits
        ? { kind: "delayed", runAt: accepted.runAt, attempt: 0, spared: 0 }
        : { kind: "ready", readyAt: now, attempt: 0, spared: 0 },
    };
    this.#tenant(tenantId).add(job);
    return job;
  }

  /** A new job like the ended one; its dead letter, if there is an open one, counts as requeued. */
  #copy(tenant: MemoryTenant, job: MemoryJob, options: RepeatOptions): string {
    const now = this.#clock.now();
    const copy = this.#add(job.tenantId, repeatOf(tenant, job, { ...options, now }));
    applyLimits(tenant, now);
    const letter = tenant.deadLetters.get(job.id);
    if (letter !== undefined && letter.requeuedAs === undefined) {
      tenant.deadLetters.set(job.id, { ...letter, requeuedAs: copy.id });
    }
    this.#ringIf(true);
    return copy.id;
  }

  #ringIf(claimable: boolean): void {
    if (claimable) for (const listener of this.#listeners) listener();
  }
}

/** A queue in memory; see `MemoryQueue`. */
export function createMemoryQueue(options: MemoryQueueOptions = {}): MemoryQueue {
  return new MemoryQueue(options);
}
