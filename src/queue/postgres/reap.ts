import type { TenantId } from "../../core/ids.ts";
import type { Database } from "../../database/index.ts";
import { deadlineFailure, lostFailure, releasedFailure } from "../failure-record.ts";
import type { ReapOptions, ReapReport } from "../queue.ts";
import { decideAfterLoss, decideAfterRelease } from "../retry.ts";
import { type Admit, limitsWithParkedJobs, type TouchedLimit } from "./admission.ts";
import { forgetDeadlines, lockPassedDeadlines, type PassedDeadline, stopForDeadline } from "./deadlines.ts";
import { promoteDueJobs, tenantsWithDueJobs } from "./delayed-jobs.ts";
import { endWaiting } from "./end-waiting.ts";
import { onDuty } from "./on-duty.ts";
import { unparkStragglers } from "./pauses.ts";
import { lockAbandoned, type RunningJob, type TakenFor } from "./running-jobs.ts";
import { endLapsedSessions } from "./sessions.ts";
import { freedBy, type Settlement, settleRunning } from "./settle-running.ts";
import { preparePartitions } from "./tidy-partitions.ts";

/** Rows per transaction: short enough that nobody waits long for a lock. */
const PAGE = 500;
/** Pages of one kind of work per pass; what is left is for the next one. */
const MAX_PAGES = 200;

interface Findings {
  readonly requeued: string[];
  readonly died: string[];
  readonly cancelled: string[];
  readonly timedOut: string[];
  readonly touched: TouchedLimit[];
}

/**
 * One pass over all tenants. Each page of work is a duty that one process at a time does; a pass that finds another one at it
 * leaves it the rest. Each step is guarded by the state it found, so passes may be cut off anywhere.
 *
 * Sessions are ended first and for good; only then are their jobs taken. A session that was renewed in between was not
 * ended, and keeps its jobs.
 */
export async function reap(
  { database, admit }: { readonly database: Database; readonly admit: Admit },
  { spareSessions = false }: ReapOptions = {},
): Promise<ReapReport> {
  const findings: Findings = { requeued: [], died: [], cancelled: [], timedOut: [], touched: [] };
  let sessionsExpired = 0;
  if (!spareSessions) {
    sessionsExpired = await inPages(() => onDuty(database, "sessions", (db) => endLapsedSessions(db, PAGE)));
    await inPages(() => takeAbandoned(database, findings));
  }
  await inPages(() => endOverdue(database, findings));
  let promoted = 0;
  for (const tenantId of await tenantsWithDueJobs(database)) {
    promoted += await inPages(() => promote(database, tenantId, findings));
  }
  // Not within the duty: what a resume left half-way may be a million jobs, and goes page by page.
  if (await onDuty(database, "ticker", async () => true)) {
    findings.touched.push(...(await unparkStragglers(database)), ...(await limitsWithParkedJobs(database)));
  }
  const admitted = await admit(findings.touched);
  await preparePartitions(database);
  const { touched: _touched, ...found } = findings;
  return { ...found, promoted, admitted, sessionsExpired };
}

/**
 * Does a page of work after the other until one is not full, or another process is at it.
 *
 * @returns the sum of what `page` returned.
 */
async function inPages(page: () => Promise<number | undefined>): Promise<number> {
  let total = 0;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const count = (await page()) ?? 0;
    total += count;
    if (count < PAGE) break;
  }
  return total;
}

async function promote(database: Database, tenantId: TenantId, findings: Findings): Promise<number | undefined> {
  const promoted = await onDuty(database, "ticker", (transaction) => promoteDueJobs(transaction, tenantId, PAGE));
  findings.touched.push(...(promoted?.touched ?? []));
  return promoted?.count;
}

async function takeAbandoned(database: Database, findings: Findings): Promise<number | undefined> {
  const taken = await onDuty(database, "sessions", async (transaction) => {
    const abandoned = await lockAbandoned(transaction, PAGE);
    return { found: abandoned.length, settled: await settleRunning(transaction, abandoned.map(settlementOf)) };
  });
  if (taken === undefined) return undefined;
  const { found, settled } = taken;
  findings.touched.push(...freedBy(settled));
  findings.requeued.push(...settled.returned.map((job) => job.jobId));
  for (const { jobId, ending } of settled.ended) {
    if (ending.state === "cancelled") findings.cancelled.push(jobId);
    else if (ending.state === "timed_out") findings.timedOut.push(jobId);
    else findings.died.push(jobId);
  }
  return found;
}

function settlementOf(running: RunningJob & { readonly takenFor: TakenFor }): Settlement {
  const { jobId, attempt } = running.lease;
  if (running.takenFor === "lost") {
    const failure = lostFailure(jobId, attempt);
    return { running, verdict: decideAfterLoss(running.facts), outcome: "lost", failure, spared: false };
  }
  const failure = releasedFailure(jobId, attempt, "the answer to its claim never arrived");
  return { running, verdict: decideAfterRelease(running.facts, false), outcome: "released", failure, spared: true };
}

async function endOverdue(database: Database, findings: Findings): Promise<number | undefined> {
  const touched: TouchedLimit[] = [];
  const taken = await onDuty(database, "deadlines", async (transaction) => {
    const passed = await lockPassedDeadlines(transaction, PAGE);
    const seenTo: PassedDeadline[] = passed.filter((job) => job.state === "ended");
    seenTo.push(
      ...(await stopForDeadline(
        transaction,
        passed.filter((job) => job.state === "running"),
      )),
    );
    const ended: PassedDeadline[] = [];
    for (const job of passed.filter((other) => other.state === "waiting")) {
      const failure = deadlineFailure(job.jobId);
      const ending = { state: "timed_out", failure, deadLetter: "deadline" } as const;
      const freed = await endWaiting(transaction, job.tenantId, job.jobId, ending);
      if (freed === undefined) continue;
      ended.push(job);
      touched.push(...freed);
    }
    // A job that was on its way from one state to another keeps its deadline for the next pass.
    await forgetDeadlines(transaction, [...seenTo, ...ended]);
    const isDone = seenTo.length + ended.length === passed.length;
    return { found: isDone ? passed.length : 0, timedOut: ended };
  });
  if (taken === undefined) return undefined;
  const { found, timedOut } = taken;
  findings.touched.push(...touched);
  findings.timedOut.push(...timedOut.map((job) => job.jobId));
  return found;
}
