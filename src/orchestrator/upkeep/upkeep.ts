import type { Clock } from "../../core/clock.ts";
import { pause } from "../../core/deadline.ts";
import { messageOf } from "../../core/errors.ts";
import type { Database } from "../../database/index.ts";
import { type EventRepository, type IdempotencyStore, listTenantIds, runExclusively } from "../../persistence/index.ts";
import type { JobQueue, ReapReport, TidyOptions, TidyReport } from "../../queue/index.ts";
import type { OrchestratorLog } from "../log.ts";
import type { WorkDesk } from "../work-items/work-desk.ts";
import { forgetHistory } from "./forget-history.ts";
import { findReaped, reapEvents, reapedJobs } from "./reap-events.ts";
import { mayReap, nextGrace, type ReapGrace, startGrace } from "./reap-grace.ts";

export interface UpkeepParts {
  readonly database: Database;
  readonly queue: JobQueue;
  readonly events: EventRepository;
  readonly idempotency: IdempotencyStore;
  readonly desk: Pick<WorkDesk, "pass">;
  /** Milliseconds between passes. */
  readonly reapMs: number;
  /** Milliseconds a robot may stay silent. */
  readonly leaseMs: number;
  /** Milliseconds between looks for what is past its time; see `JobQueue.tidy`. */
  readonly tidyMs: number;
  readonly tidy: TidyOptions;
  readonly clock: Clock;
  readonly log: OrchestratorLog;
}

/** What has to be done again and again; each replica has one, one of them at a time does it. */
export interface Upkeep {
  /** Waits for the pass that is under way. */
  close(): Promise<void>;
}

/** Expired idempotency rows that go with one pass. */
const EXPIRED_PER_PASS = 5_000;

/** Starts the loop; it lives through every failure and logs an outage once. */
export function startUpkeep(parts: UpkeepParts): Upkeep {
  const stopping = new AbortController();
  // Apart: what is past its time may be much, and must not keep jobs with robots that are gone.
  const running = Promise.all([loop(parts, stopping.signal), tidyLoop(parts, stopping.signal)]);
  return {
    async close() {
      stopping.abort();
      await running;
    },
  };
}

async function loop(parts: UpkeepParts, signal: AbortSignal): Promise<void> {
  const { clock, leaseMs, log } = parts;
  let grace = startGrace(clock.now().getTime(), leaseMs);
  let isDown = false;
  while (await pause(parts.reapMs, signal)) {
    // Looked at before the pass: a machine that slept must not take jobs on waking up.
    grace = nextGrace(grace, { nowMs: clock.now().getTime(), leaseMs, failed: false });
    try {
      await runExclusively(parts.database, "upkeep", () => passOnce(parts, grace));
      if (isDown) log.info({}, "upkeep goes on");
      isDown = false;
    } catch (error) {
      if (!isDown) log.warn({ problem: messageOf(error) }, "upkeep stopped by an error");
      isDown = true;
      grace = nextGrace(grace, { nowMs: clock.now().getTime(), leaseMs, failed: true });
    }
  }
}

async function tidyLoop(parts: UpkeepParts, signal: AbortSignal): Promise<void> {
  let isDown = false;
  // Jobs may have been forgotten by a process that did not come to the rest.
  let isHistoryDue = true;
  while (await pause(parts.tidyMs, signal)) {
    try {
      await tidyOnce(parts, isHistoryDue);
      isHistoryDue = false;
      if (isDown) parts.log.info({}, "upkeep of the history goes on");
      isDown = false;
    } catch (error) {
      if (!isDown) parts.log.warn({ problem: messageOf(error) }, "upkeep of the history stopped by an error");
      isDown = true;
      isHistoryDue = true;
    }
  }
}

/**
 * One look for what is past its time; exported for tests.
 *
 * @param isHistoryDue what belongs to jobs that were forgotten before may still be there.
 */
export async function tidyOnce(parts: UpkeepParts, isHistoryDue: boolean): Promise<void> {
  const report = await parts.queue.tidy(parts.tidy);
  logTidied(parts.log, report);
  if (report.jobsForgotten || isHistoryDue) {
    await forgetHistory(parts.database, await listTenantIds(parts.database), parts.tidy.retentionDays);
  }
}

function logTidied(log: OrchestratorLog, { jobsForgotten, deadLettersForgotten, raised, cleared }: TidyReport): void {
  if (jobsForgotten || deadLettersForgotten > 0) log.info({ jobsForgotten, deadLettersForgotten }, "history forgotten");
  for (const { code, subject, message, remedy } of raised) {
    log.warn({ code, subject, problem: message, remedy }, "queue alarm");
  }
  for (const { code, subject, since } of cleared) log.info({ code, subject, since }, "queue alarm over");
}

/** One pass; exported for tests. */
export async function passOnce(parts: UpkeepParts, grace: ReapGrace): Promise<void> {
  await parts.idempotency.deleteExpired(EXPIRED_PER_PASS);
  const spareSessions = !mayReap(grace, parts.clock.now().getTime());
  await tell(parts, await parts.queue.reap({ spareSessions }));
  // After the reaper: what its jobs held goes on at once.
  await seeToWorkItems(parts);
}

/** On its own: that work items wait must not keep jobs with robots that are gone. */
async function seeToWorkItems({ desk, log }: UpkeepParts): Promise<void> {
  try {
    await desk.pass();
  } catch (error) {
    log.warn({ problem: messageOf(error) }, "work items not seen to");
  }
}

async function tell(parts: UpkeepParts, report: ReapReport): Promise<void> {
  const reaped = reapedJobs(report);
  if (reaped.length === 0) return;
  const tenants = await listTenantIds(parts.database);
  for (const { jobId, reapedAs } of reaped) {
    parts.log.info({ jobId, reapedAs }, "job reaped");
    const found = await findReaped(parts.queue, tenants, jobId);
    if (found) await parts.events.append(found.job.tenantId, reapEvents(found.job, found.lastAttempt, reapedAs));
  }
}
