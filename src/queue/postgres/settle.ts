import sql from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { JsonValue } from "../../core/json.ts";
import type { Database, Queryable } from "../../database/index.ts";
import { releasedFailure, storableFailure, storableNote } from "../failure-record.ts";
import type { JobFailure, Lease } from "../job.ts";
import { encodeJson } from "../json-text.ts";
import type { FailOutcome, SettleOutcome } from "../queue.ts";
import { decideAfterFailure, decideAfterRelease } from "../retry.ts";
import { isStoredId } from "../stored-id.ts";
import type { TouchedLimit } from "./admission.ts";
import { ATTEMPT_CODE, END_CODE } from "./codes.ts";
import type { ExchangeDesk } from "./exchange-desk.ts";
import { findRunning, lockRunningOfSession, type RunningJob } from "./running-jobs.ts";
import { endSession } from "./sessions.ts";
import { freedBy, type Settlement, settleRunning } from "./settle-running.ts";

const LARGEST_ATTEMPT = 2 ** 31 - 1;

/** False for a lease that no claim can have handed out. */
export function isLease(lease: Lease): boolean {
  return (
    isStoredId(lease.jobId) &&
    isStoredId(lease.sessionId) &&
    Number.isInteger(lease.attempt) &&
    lease.attempt >= 1 &&
    lease.attempt <= LARGEST_ATTEMPT
  );
}

/** Records a success; see `JobQueue.complete`. */
export async function complete(
  tools: { readonly database: Queryable; readonly desk: ExchangeDesk },
  lease: Lease,
  result: JsonValue | undefined,
): Promise<SettleOutcome> {
  const resultText = result === undefined ? undefined : encodeJson("result", result);
  if (!isLease(lease)) return "lost";
  if (await tools.desk.complete(lease, resultText)) return "recorded";
  const earlier = await earlierWord(tools.database, lease);
  return earlier.ended === END_CODE.completed ? "duplicate" : "lost";
}

/** What ended an attempt, and whom that concerns. */
interface SettledAttempt<Outcome> {
  readonly outcome: Outcome;
  /** True when the job may be claimed again at once. */
  readonly claimable: boolean;
  /** Limits that got room. */
  readonly freed: readonly TouchedLimit[];
}

/** Records a failure; see `JobQueue.fail`. */
export async function fail(
  db: Queryable,
  lease: Lease,
  report: { readonly failure: JobFailure; readonly dice: () => number },
): Promise<SettledAttempt<FailOutcome>> {
  const { failure, dice } = report;
  if (!isLease(lease)) return { outcome: { kind: "lost" }, claimable: false, freed: [] };
  const stored = storableFailure(failure);
  for (;;) {
    const running = await findRunning(db, lease);
    if (running === undefined) break;
    const verdict = decideAfterFailure(running.facts, stored.errorClass, dice());
    const settled = await settleRunning(db, [{ running, verdict, outcome: "failed", failure: stored, spared: false }]);
    const freed = freedBy(settled);
    const [returned] = settled.returned;
    if (returned !== undefined) {
      const claimable = verdict.kind === "again" && verdict.delayMs === 0;
      return { outcome: { kind: "retry", runAt: returned.runAt }, claimable, freed };
    }
    const [ended] = settled.ended;
    if (ended !== undefined) {
      return { outcome: { kind: "ended", state: ended.ending.state }, claimable: false, freed };
    }
    // Neither: somebody ended the job, or asked its holder to stop, after it was read.
  }
  const earlier = await earlierWord(db, lease);
  const said = earlier.logged === ATTEMPT_CODE.failed || (earlier.ended ?? END_CODE.completed) !== END_CODE.completed;
  return { outcome: { kind: said ? "duplicate" : "lost" }, claimable: false, freed: [] };
}

/** Gives a job back; see `JobQueue.release`. */
export async function release(
  db: Queryable,
  lease: Lease,
  options: { readonly started: boolean; readonly reason: string },
): Promise<SettledAttempt<SettleOutcome>> {
  if (!isLease(lease)) return { outcome: "lost", claimable: false, freed: [] };
  for (;;) {
    const running = await findRunning(db, lease);
    if (running === undefined) break;
    const settled = await settleRunning(db, [releaseOf(running, options.started, options.reason)]);
    const freed = freedBy(settled);
    if (settled.returned.length > 0) return { outcome: "recorded", claimable: true, freed };
    if (settled.ended.length > 0) return { outcome: "recorded", claimable: false, freed };
  }
  const earlier = await earlierWord(db, lease);
  return { outcome: earlier.logged === ATTEMPT_CODE.released ? "duplicate" : "lost", claimable: false, freed: [] };
}

function releaseOf(running: RunningJob, started: boolean, reason: string): Settlement {
  return {
    running,
    verdict: decideAfterRelease(running.facts, started),
    outcome: "released",
    failure: releasedFailure(running.lease.jobId, running.lease.attempt, storableNote(reason)),
    spared: !started,
  };
}

/** Ends a session and gives back what it holds; see `JobQueue.closeSession`. Nobody says what was started, so all of it counts. */
export function closeSession(
  database: Database,
  tenantId: TenantId,
  sessionId: string,
): Promise<Omit<SettledAttempt<never>, "outcome">> {
  return database.withTransaction(async (transaction) => {
    await endSession(transaction, tenantId, sessionId);
    const held = await lockRunningOfSession(transaction, tenantId, sessionId);
    const settled = await settleRunning(
      transaction,
      held.map((running) => releaseOf(running, true, "its session was closed")),
    );
    return { claimable: settled.returned.length > 0, freed: freedBy(settled) };
  });
}

/** What the same lease has said before: codes of how it ended the job, or of its attempt in the log. */
async function earlierWord(
  db: Queryable,
  lease: Lease,
): Promise<{ readonly ended: number | null; readonly logged: number | null }> {
  const [row] = await db.query<{ ended: number | null; logged: number | null }>(sql`
    select
      (select state from queue_done
       where tenant_id = ${lease.tenantId} and id = ${lease.jobId} and attempt = ${lease.attempt}
         and session_id = ${lease.sessionId} and by_holder) as ended,
      (select outcome from queue_attempt
       where tenant_id = ${lease.tenantId} and id = ${lease.jobId} and attempt = ${lease.attempt}
         and session_id = ${lease.sessionId}) as logged`);
  return row ?? { ended: null, logged: null };
}
