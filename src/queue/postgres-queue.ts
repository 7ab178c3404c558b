import { type Clock, systemClock } from "../core/clock.ts";
import type { TenantId } from "../core/ids.ts";
import type { Database } from "../database/index.ts";
import {
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
import { storableNote } from "./failure-record.ts";
import { createAdmit, type TouchedLimit } from "./postgres/admission.ts";
import { readAlarms } from "./postgres/alarms.ts";
import { claim } from "./postgres/claim.ts";
import { deleteDeadLetter, findDeadLetter, listDeadLetters } from "./postgres/dead-letters.ts";
import { createEnqueueDesk } from "./postgres/enqueue-desk.ts";
import { createExchangeDesk } from "./postgres/exchange-desk.ts";
import { createIdBlocks } from "./postgres/id-blocks.ts";
import { changeLimit, requeueDeadLetter, retryJob, storeJobs } from "./postgres/intake.ts";
import { listJobs } from "./postgres/list-jobs.ts";
import { ALL_KINDS, listPauses, pauseKind, resumeKind } from "./postgres/pauses.ts";
import { findJob, listAttempts, readStats } from "./postgres/read-jobs.ts";
import { readStatistics } from "./postgres/read-statistics.ts";
import { reap } from "./postgres/reap.ts";
import { requestCancel } from "./postgres/request-cancel.ts";
import { createRouteBook } from "./postgres/route-book.ts";
import { holdsLease } from "./postgres/running-jobs.ts";
import { openSession, renewSession } from "./postgres/sessions.ts";
import { closeSession, complete, fail, isLease, release } from "./postgres/settle.ts";
import { tidy } from "./postgres/tidy.ts";
import { createWakeUp } from "./postgres/wake-up.ts";
import type { Displaced, JobQueue } from "./queue.ts";
import { isStoredId } from "./stored-id.ts";

/** What the queue works with. */
export interface PostgresQueueOptions {
  /** Migrated; stays open when the queue is closed. */
  readonly database: Database;
  /** Spreads retries; default `Math.random`. */
  readonly dice?: () => number;
  /** Decides how long a block of ids is used, and no more; default the machine's. */
  readonly clock?: Clock;
  /** Told of jobs that had to make room for newer ones with their concurrency key. */
  readonly onDisplaced?: (job: Displaced) => void;
  /** Hear of jobs that other processes enqueue; default true. False for poolers that cannot LISTEN. */
  readonly listen?: boolean;
}

/**
 * The queue of record. Any number of these, in any number of processes, may work on one database.
 *
 * Only the database's clock decides. Await `close()` before closing the database.
 */
export function createPostgresQueue(options: PostgresQueueOptions): JobQueue {
  const tools = openTools(options);
  return {
    ...readingMethods(options.database),
    ...intakeMethods(tools),
    ...holderMethods(tools),
    ...controlMethods(tools),
    onAvailable: (listener) => tools.wakeUp.onRing(listener),
    async close() {
      await Promise.all([tools.desk.drain(), tools.arrivals.drain()]);
      await tools.wakeUp.close();
    },
  };
}

/** What the methods share. */
type Tools = ReturnType<typeof openTools>;

function openTools({
  database,
  dice = Math.random,
  clock = systemClock,
  listen = true,
  onDisplaced,
}: PostgresQueueOptions) {
  const admit = createAdmit(database, onDisplaced ?? (() => undefined));
  const routes = createRouteBook(database);
  const desk = createExchangeDesk({ database, onFreed: (freed) => admitFreed(freed) });
  const wakeUp = createWakeUp(database, { listen, onReturned: () => desk.rewind() });
  const intake = { database, routes, wakeUp, admit, ids: createIdBlocks(database, clock) };
  const arrivals = createEnqueueDesk((tenantId, jobs) => storeJobs(intake, tenantId, jobs));
  /** Jobs may be claimable again at a place that claimers have passed. */
  const ringReturned = (claimable: boolean): void => {
    if (!claimable) return;
    desk.rewind();
    wakeUp.ring({ returned: true });
  };
  /** Never rejects: what freed them is recorded, and what fails here is made up for by the reaper. */
  const admitFreed = async (freed: readonly TouchedLimit[]): Promise<void> => {
    if (freed.length > 0) ringReturned(await admit(freed).catch(() => false));
  };
  return { database, dice, routes, desk, intake, arrivals, wakeUp, admit, ringReturned, admitFreed };
}

function intakeMethods({ intake, arrivals, wakeUp }: Tools): Pick<JobQueue, "enqueue" | "retry" | "requeueDeadLetter"> {
  return {
    enqueue: (tenantId, requests) => arrivals.enqueue(tenantId, requests),
    async retry(tenantId, jobId, options = {}) {
      const concurrency = options.concurrency && acceptRule(options.concurrency);
      const outcome = await retryJob(intake, tenantId, { jobId, concurrency });
      if (outcome.kind === "created") wakeUp.ring();
      return outcome;
    },
    async requeueDeadLetter(tenantId, jobId, options = {}) {
      const concurrency = options.concurrency && acceptRule(options.concurrency);
      const requeued = await requeueDeadLetter(intake, tenantId, { jobId, concurrency });
      wakeUp.ring();
      return requeued;
    },
  };
}

type HolderMethods = Pick<
  JobQueue,
  "openSession" | "renew" | "closeSession" | "claim" | "complete" | "fail" | "release"
>;

function holderMethods({ database, dice, desk, routes, admit, ringReturned, admitFreed }: Tools): HolderMethods {
  return {
    async openSession(session) {
      checkSession(session);
      return { sessionId: await openSession(database, session) };
    },
    async renew(renewal) {
      checkLeaseMs(renewal.leaseMs);
      if (isStoredId(renewal.sessionId)) return renewSession(database, renewal);
      return { live: false, lost: renewal.jobs.map((job) => job.jobId), cancelRequested: [] };
    },
    async closeSession(tenantId, sessionId) {
      if (isStoredId(sessionId)) {
        const { claimable, freed } = await closeSession(database, tenantId, sessionId);
        ringReturned(claimable);
        await admitFreed(freed);
      }
    },
    async claim(request) {
      checkClaim(request);
      return claim({ database, desk, routes, dice, admit }, request);
    },
    complete: (lease, result) => complete({ database, desk }, lease, result),
    async fail(lease, failure) {
      const { outcome, claimable, freed } = await fail(database, lease, { failure, dice });
      ringReturned(claimable);
      await admitFreed(freed);
      return outcome;
    },
    async release(lease, releaseOptions) {
      const { outcome, claimable, freed } = await release(database, lease, releaseOptions);
      ringReturned(claimable);
      await admitFreed(freed);
      return outcome;
    },
  };
}

type ControlMethods = Pick<
  JobQueue,
  "requestCancel" | "pause" | "resume" | "changeLimit" | "deleteDeadLetter" | "reap" | "tidy"
>;

function controlMethods({ database, intake, admit, ringReturned, admitFreed }: Tools): ControlMethods {
  return {
    async requestCancel(tenantId, jobId, reason) {
      if (!isStoredId(jobId)) return { kind: "not-found" };
      const note = reason === undefined ? undefined : storableNote(reason);
      const { outcome, freed } = await requestCancel(database, tenantId, jobId, note);
      await admitFreed(freed);
      return outcome;
    },
    async pause(tenantId, kind, reason) {
      checkKind(kind);
      await pauseKind(database, tenantId, kind ?? ALL_KINDS, reason && storableNote(reason));
    },
    async resume(tenantId, kind) {
      checkKind(kind);
      const { wasPaused, touched } = await resumeKind(database, tenantId, kind ?? ALL_KINDS);
      await admit(touched);
      ringReturned(wasPaused);
      return wasPaused;
    },
    async changeLimit(tenantId, rule) {
      ringReturned(await changeLimit(intake, tenantId, acceptRule(rule)));
    },
    async deleteDeadLetter(tenantId, jobId) {
      return isStoredId(jobId) && deleteDeadLetter(database, tenantId, jobId);
    },
    async reap(reapOptions) {
      const report = await reap({ database, admit }, reapOptions);
      ringReturned(report.promoted > 0 || report.admitted || report.requeued.length > 0);
      return report;
    },
    tidy: (tidyOptions) => tidy(database, tidyOptions),
  };
}

type ReadingMethods = Pick<
  JobQueue,
  | "holds"
  | "listPauses"
  | "get"
  | "list"
  | "attempts"
  | "stats"
  | "statistics"
  | "alarms"
  | "listDeadLetters"
  | "getDeadLetter"
>;

function readingMethods(database: Database): ReadingMethods {
  return {
    holds: async (lease) => isLease(lease) && holdsLease(database, lease),
    get: async (tenantId, jobId) => (isStoredId(jobId) ? findJob(database, tenantId, jobId) : undefined),
    async list(tenantId, filter, page) {
      checkFilter(filter);
      const [before] = readPage(page, [isStoredId]) ?? [];
      const jobs = await listJobs(database, { tenantId, filter, before, limit: page.limit + 1 });
      return toPage(jobs, page.limit, (job) => [job.id]);
    },
    attempts: async (tenantId, jobId) => (isStoredId(jobId) ? listAttempts(database, tenantId, jobId) : []),
    listPauses: (tenantId) => listPauses(database, tenantId),
    stats: (tenantId: TenantId) => readStats(database, tenantId),
    async statistics(tenantId, window) {
      checkWindow(window);
      return readStatistics(database, tenantId, window);
    },
    alarms: () => readAlarms(database),
    async listDeadLetters(tenantId, page, filter = {}) {
      checkLetterFilter(filter);
      const after = readPage(page, [isMicroseconds, isStoredId]);
      const letters = await listDeadLetters(database, tenantId, { limit: page.limit + 1, after, filter });
      const { data, nextCursor } = toPage(letters, page.limit, ({ place }) => place);
      return { data: data.map(({ letter }) => letter), ...(nextCursor !== undefined && { nextCursor }) };
    },
    getDeadLetter: async (tenantId, jobId) =>
      isStoredId(jobId) ? findDeadLetter(database, tenantId, jobId) : undefined,
  };
}
