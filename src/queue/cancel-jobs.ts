import type { TenantId } from "../core/ids.ts";
import { MAX_PAGE } from "./cursor.ts";
import { inLanes } from "./in-lanes.ts";
import type { Job, JobState } from "./job.ts";
import type { CancelOutcome, JobFilter, JobQueue } from "./queue.ts";

/** What became of the jobs of one call. */
export interface BulkCancelOutcome {
  /** They were found by the filter and had not ended. */
  readonly matched: number;
  /** They waited, and have ended. */
  readonly cancelled: number;
  /** They run; their holders were asked to stop. */
  readonly requested: number;
  /** True when the limit was reached: call again for the rest. */
  readonly hasMore: boolean;
  /** Where the next call goes on; there when there is more. */
  readonly nextCursor?: string;
}

/** A job that was met, as it was found, and what became of it. */
export interface CancelledJob {
  readonly job: Job;
  readonly outcome: CancelOutcome;
}

/** Bounds of one call. */
export interface BulkCancelOptions {
  readonly reason?: string;
  /** Jobs at most, default 10 000. */
  readonly limit?: number;
  /** `nextCursor` of the call before: running jobs that were asked to stop still match, and are not asked again. */
  readonly cursor?: string;
  /** Only counts. */
  readonly dryRun?: boolean;
  /** Gets the jobs of each page once they are seen to. */
  readonly onPage?: (jobs: readonly CancelledJob[]) => Promise<void>;
  /** Ends the work between two pages; what was cancelled stays so, and `nextCursor` leads on. */
  readonly signal?: AbortSignal;
}

const CANCELLABLE: readonly JobState[] = ["pending", "running"];

/**
 * Cancels all jobs that match a filter and have not ended, newest first; those that come while it works are left.
 *
 * Jobs that move on meanwhile are met as they are then, as by `JobQueue.requestCancel`. Running ones that were asked to stop
 * before count as asked again.
 */
export async function cancelJobs(
  queue: Pick<JobQueue, "list" | "requestCancel">,
  tenantId: TenantId,
  filter: JobFilter,
  options: BulkCancelOptions = {},
): Promise<BulkCancelOutcome> {
  const { reason, limit = 10_000 } = options;
  const isStopped = (): boolean => options.signal?.aborted === true;
  const states = filter.states?.filter((state) => CANCELLABLE.includes(state)) ?? CANCELLABLE;
  let [matched, cancelled, requested] = [0, 0, 0];
  let cursor = options.cursor;
  if (states.length === 0) return { matched, cancelled, requested, hasMore: false };
  do {
    const size = Math.min(MAX_PAGE, limit - matched);
    const page = await queue.list(
      tenantId,
      { ...filter, states },
      { limit: size, ...(cursor !== undefined && { cursor }) },
    );
    matched += page.data.length;
    cursor = page.nextCursor;
    if (options.dryRun === true) continue;
    const seen = await inLanes(page.data, async (job) => ({
      job,
      outcome: await queue.requestCancel(tenantId, job.id, reason),
    }));
    cancelled += seen.filter(({ outcome }) => outcome.kind === "cancelled").length;
    requested += seen.filter(({ outcome }) => outcome.kind === "requested").length;
    await options.onPage?.(seen);
  } while (cursor !== undefined && matched < limit && !isStopped());
  return {
    matched,
    cancelled,
    requested,
    hasMore: cursor !== undefined,
    ...(cursor !== undefined && { nextCursor: cursor }),
  };
}
