import sql from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { Queryable } from "../../database/index.ts";
import type { AcceptedJob } from "../accepted-job.ts";
import { queueErrors } from "../errors.ts";
import type { ConcurrencyRule, EnqueueOutcome, JobState } from "../job.ts";
import type { RetryOutcome } from "../queue.ts";
import { isStoredId } from "../stored-id.ts";
import type { Admit } from "./admission.ts";
import { type Copied, copyDeadJob, copyEndedJob } from "./copy-job.ts";
import { findDeadLetter } from "./dead-letters.ts";
import { enqueueJobs, jobsByKey } from "./enqueue-jobs.ts";
import type { IdBlocks } from "./id-blocks.ts";
import { insistently } from "./insistently.ts";
import { internLimits } from "./intern-limits.ts";
import { findJob } from "./read-jobs.ts";
import type { RouteBook } from "./route-book.ts";
import type { WakeUp } from "./wake-up.ts";

export interface IntakeTools {
  readonly database: Queryable;
  readonly ids: IdBlocks;
  readonly routes: RouteBook;
  readonly wakeUp: WakeUp;
  readonly admit: Admit;
}

/** Stores jobs, all or none, and wakes who waits for them; see `JobQueue.enqueue`. */
export async function storeJobs(
  tools: IntakeTools,
  tenantId: TenantId,
  accepted: readonly AcceptedJob[],
): Promise<readonly EnqueueOutcome[]> {
  const { distinct, indexes } = withoutRepeatedKeys(accepted);
  const routeIds = await tools.routes.idsOf(tenantId, distinct);
  const ids = await tools.ids.take(distinct.length);
  const limitIds = await internLimits(
    tools.database,
    tenantId,
    distinct.map((job) => job.concurrency),
  );
  const jobs = distinct.map((job, index) => ({
    job,
    id: ids[index] ?? 0,
    routeId: routeIds[index] ?? 0,
    limitId: limitIds[index],
  }));
  // Jobs with a limit are not claimable before they are let in.
  const message = limitIds.every((limitId) => limitId === undefined) ? tools.wakeUp.onCommit() : undefined;
  await insistently(() => enqueueJobs(tools.database, tenantId, { jobs, wakeUp: message }));
  const touched = limitIds.flatMap((limitId) => (limitId === undefined ? [] : [{ tenantId, limitId }]));
  await insistently(() => tools.admit(touched));
  tools.wakeUp.ring({ isTold: message !== undefined });
  const keys = distinct.flatMap((job) => job.idempotencyKey ?? []);
  const owners = await insistently(() => jobsByKey(tools.database, tenantId, keys));
  const seen = new Set<number>();
  return accepted.map((job, position) => {
    const index = indexes[position] ?? 0;
    const ownId = String(ids[index]);
    const jobId = job.idempotencyKey === undefined ? ownId : (owners.get(job.idempotencyKey) ?? ownId);
    const created = jobId === ownId && !seen.has(index);
    seen.add(index);
    return { jobId, created };
  });
}

/** Jobs that repeat an idempotency key of the same statement stand for the first one. */
function withoutRepeatedKeys(accepted: readonly AcceptedJob[]): {
  readonly distinct: readonly AcceptedJob[];
  /** For each job, which of `distinct` stands for it. */
  readonly indexes: readonly number[];
} {
  if (accepted.every((job) => job.idempotencyKey === undefined)) {
    return { distinct: accepted, indexes: accepted.map((_, index) => index) };
  }
  const distinct: AcceptedJob[] = [];
  const firstOf = new Map<string, number>();
  const indexes = accepted.map((job) => {
    const key = job.idempotencyKey;
    const known = key === undefined ? undefined : firstOf.get(key);
    if (known !== undefined) return known;
    if (key !== undefined) firstOf.set(key, distinct.length);
    return distinct.push(job) - 1;
  });
  return { distinct, indexes };
}

/** The job to be repeated, and the rule for one that has none. */
interface Repeat {
  readonly jobId: string;
  readonly concurrency: Required<ConcurrencyRule> | undefined;
}

/** Changes a limit for the jobs that wait as well; see `JobQueue.changeLimit`. @returns true when jobs were let in. */
export async function changeLimit(
  { database, admit }: IntakeTools,
  tenantId: TenantId,
  rule: Required<ConcurrencyRule>,
): Promise<boolean> {
  const limitId = await internLimit(database, tenantId, rule);
  return limitId !== undefined && admit([{ tenantId, limitId }]);
}

async function internLimit(
  db: Queryable,
  tenantId: TenantId,
  rule: Required<ConcurrencyRule> | undefined,
): Promise<number | undefined> {
  const [limitId] = await internLimits(db, tenantId, [rule]);
  return limitId;
}

/** Repeats an ended job; see `JobQueue.retry`. */
export async function retryJob(tools: IntakeTools, tenantId: TenantId, repeat: Repeat): Promise<RetryOutcome> {
  const { jobId } = repeat;
  if (!isStoredId(jobId)) return { kind: "not-found" };
  const newId = await takeOne(tools.ids);
  const limitId = await internLimit(tools.database, tenantId, repeat.concurrency);
  const created = await insistently(
    async () =>
      (await letIn(tools, await copyEndedJob(tools.database, { tenantId, jobId, newId, limitId }))) ||
      (await exists(tools.database, tenantId, newId)),
  );
  if (created) return { kind: "created", jobId: String(newId) };
  const state = await stateOf(tools.database, tenantId, jobId);
  return state === undefined ? { kind: "not-found" } : { kind: "not-finished", state };
}

/** Repeats a dead job once; see `JobQueue.requeueDeadLetter`. */
export async function requeueDeadLetter(
  tools: IntakeTools,
  tenantId: TenantId,
  repeat: Repeat,
): Promise<{ readonly jobId: string }> {
  const { jobId } = repeat;
  if (!isStoredId(jobId)) throw queueErrors.QUEUE_DEAD_LETTER_NOT_FOUND({ jobId });
  const newId = await takeOne(tools.ids);
  const limitId = await internLimit(tools.database, tenantId, repeat.concurrency);
  return insistently(async () => {
    if (await letIn(tools, await copyDeadJob(tools.database, { tenantId, jobId, newId, limitId })))
      return { jobId: String(newId) };
    const letter = await findDeadLetter(tools.database, tenantId, jobId);
    if (letter?.requeuedAs === undefined) throw queueErrors.QUEUE_DEAD_LETTER_NOT_FOUND({ jobId });
    // The first try was committed although its answer got lost.
    if (letter.requeuedAs === String(newId)) return { jobId: letter.requeuedAs };
    throw queueErrors.QUEUE_DEAD_LETTER_REQUEUED({ jobId, requeuedAs: letter.requeuedAs });
  });
}

/** Lets a new job pass its limit, if it has one. @returns whether there is a new job. */
async function letIn(tools: IntakeTools, copied: Copied): Promise<boolean> {
  await tools.admit(copied.touched);
  return copied.isMade;
}

async function takeOne(ids: IdBlocks): Promise<number> {
  const [id] = await ids.take(1);
  if (id === undefined) throw new RangeError("no job id was handed out");
  return id;
}

async function exists(db: Queryable, tenantId: TenantId, id: number): Promise<boolean> {
  const rows = await db.query(sql`select from queue_job where tenant_id = ${tenantId} and id = ${id}`);
  return rows.length > 0;
}

async function stateOf(db: Queryable, tenantId: TenantId, jobId: string): Promise<JobState | undefined> {
  return (await findJob(db, tenantId, jobId))?.state;
}
