import { hasCode } from "../core/errors.ts";
import type { TenantId } from "../core/ids.ts";
import { MAX_PAGE } from "./cursor.ts";
import { inLanes } from "./in-lanes.ts";
import type { DeadLetter } from "./job.ts";
import type { DeadLetterFilter, JobQueue, RepeatOptions } from "./queue.ts";

/** Which dead letters: these, or all that a filter finds. */
export type DeadLetterSelection =
  | { readonly jobIds: readonly string[] }
  | {
      /** {} for all. */
      readonly filter: DeadLetterFilter;
    };

/** What became of one dead letter. `conflict`: it was requeued before; `requeuedAs` is the job made then. */
export type RequeueOutcome =
  | { readonly kind: "requeued"; readonly letter: DeadLetter; readonly requeuedAs: string }
  | { readonly kind: "conflict"; readonly jobId: string; readonly requeuedAs: string }
  | { readonly kind: "not-found"; readonly jobId: string };

/** What became of one dead letter that was to be forgotten. */
export interface DeleteOutcome {
  readonly kind: "deleted" | "not-found";
  readonly jobId: string;
}

/** What one call did. */
export interface BulkLetterOutcome<Outcome> {
  /** Dead letters that were found, or asked for by id. */
  readonly matched: number;
  /** In the order of the ids, or newest first; [] where it was only counted. */
  readonly outcomes: readonly Outcome[];
  /** Where the next call with the same filter goes on; absent when there is no more. */
  readonly nextCursor?: string;
}

/** Bounds of one call. */
export interface BulkLetterOptions {
  /** Dead letters that a filter finds in one call, default 1 000. */
  readonly limit?: number;
  /** `nextCursor` of the call before; for filters only. */
  readonly cursor?: string;
  /** Only counts. */
  readonly dryRun?: boolean;
  /** Ends the work of a filter between two pages; what was done stays so, and `nextCursor` leads on. */
  readonly signal?: AbortSignal;
}

/** Also of one call that requeues. */
export interface BulkRequeueOptions extends BulkLetterOptions {
  /** What the new job of a dead letter gets beside the attributes of the dead one. */
  readonly repeatOptions?: (letter: DeadLetter) => Promise<RepeatOptions>;
}

/**
 * Makes new jobs of many dead ones, each at most once; newest first where a filter chooses, and only those that were not
 * requeued yet. Jobs that die while it works are left.
 *
 * When it rejects, those before the failure are requeued; calling again goes on with the rest.
 */
export async function requeueDeadLetters(
  queue: Pick<JobQueue, "listDeadLetters" | "getDeadLetter" | "requeueDeadLetter">,
  tenantId: TenantId,
  selection: DeadLetterSelection,
  options: BulkRequeueOptions = {},
): Promise<BulkLetterOutcome<RequeueOutcome>> {
  const requeue = async (letter: DeadLetter): Promise<RequeueOutcome> => {
    const { jobId } = letter;
    try {
      const made = await queue.requeueDeadLetter(tenantId, jobId, await options.repeatOptions?.(letter));
      return { kind: "requeued", letter, requeuedAs: made.jobId };
    } catch (error) {
      if (!hasCode(error, "QUEUE_DEAD_LETTER_REQUEUED") && !hasCode(error, "QUEUE_DEAD_LETTER_NOT_FOUND")) throw error;
      return outcomeOfOthers(jobId, await queue.getDeadLetter(tenantId, jobId));
    }
  };
  return forEachLetter({ queue, tenantId, selection: openOnly(selection), options }, requeue, async (jobId) => {
    const letter = await queue.getDeadLetter(tenantId, jobId);
    return letter === undefined || letter.requeuedAs !== undefined ? outcomeOfOthers(jobId, letter) : requeue(letter);
  });
}

/** Forgets many dead letters, newest first where a filter chooses; the jobs stay in the history. */
export async function deleteDeadLetters(
  queue: Pick<JobQueue, "listDeadLetters" | "deleteDeadLetter">,
  tenantId: TenantId,
  selection: DeadLetterSelection,
  options: BulkLetterOptions = {},
): Promise<BulkLetterOutcome<DeleteOutcome>> {
  const forget = async (jobId: string): Promise<DeleteOutcome> => ({
    kind: (await queue.deleteDeadLetter(tenantId, jobId)) ? "deleted" : "not-found",
    jobId,
  });
  return forEachLetter({ queue, tenantId, selection, options }, ({ jobId }) => forget(jobId), forget);
}

function openOnly(selection: DeadLetterSelection): DeadLetterSelection {
  return "filter" in selection ? { filter: { ...selection.filter, requeued: false } } : selection;
}

/** Somebody else was faster: requeued or deleted, it is seen to. */
function outcomeOfOthers(jobId: string, letter: DeadLetter | undefined): RequeueOutcome {
  return letter?.requeuedAs === undefined
    ? { kind: "not-found", jobId }
    : { kind: "conflict", jobId, requeuedAs: letter.requeuedAs };
}

interface Work {
  readonly queue: Pick<JobQueue, "listDeadLetters">;
  readonly tenantId: TenantId;
  readonly selection: DeadLetterSelection;
  readonly options: BulkLetterOptions;
}

async function forEachLetter<Outcome>(
  { queue, tenantId, selection, options }: Work,
  doLetter: (letter: DeadLetter) => Promise<Outcome>,
  doId: (jobId: string) => Promise<Outcome>,
): Promise<BulkLetterOutcome<Outcome>> {
  const { limit = 1_000, dryRun } = options;
  const isStopped = (): boolean => options.signal?.aborted === true;
  if ("jobIds" in selection) {
    const jobIds = [...new Set(selection.jobIds)];
    return { matched: jobIds.length, outcomes: dryRun === true ? [] : await inLanes(jobIds, doId) };
  }
  const outcomes: Outcome[] = [];
  let matched = 0;
  let cursor = options.cursor;
  do {
    const size = Math.min(MAX_PAGE, limit - matched);
    const request = { limit: size, ...(cursor !== undefined && { cursor }) };
    const page = await queue.listDeadLetters(tenantId, request, selection.filter);
    matched += page.data.length;
    cursor = page.nextCursor;
    if (dryRun !== true) outcomes.push(...(await inLanes(page.data, doLetter)));
  } while (cursor !== undefined && matched < limit && !isStopped());
  return { matched, outcomes, ...(cursor !== undefined && { nextCursor: cursor }) };
}
