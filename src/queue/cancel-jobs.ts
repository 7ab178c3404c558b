import type { TenantId } from "../core/ids.ts";
import type { JobState } from "./job.ts";
import type { JobFilter, JobQueue } from "./queue.ts";

/** What became of the jobs of one call. */
export interface BulkCancelOutcome {
  /** They waited, and have ended. */
  readonly cancelled: number;
  /** They run; their holders were asked to stop. */
  readonly requested: number;
  /** True when the limit was reached: call again for the rest. */
  readonly hasMore: boolean;
}

/** Bounds of one call. */
export interface BulkCancelOptions {
  readonly reason?: string;
  /** Jobs at most, default 10 000. */
  readonly limit?: number;
  /** Ends the work between two jobs; what was cancelled stays so. */
  readonly signal?: AbortSignal;
}

const PAGE = 250;
/** Cancellations at the same time: as many as a pool has connections for, and leaves some. */
const LANES = 4;
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
  let [cancelled, requested, seen] = [0, 0, 0];
  let cursor: string | undefined;
  if (states.length === 0) return { cancelled, requested, hasMore: false };
  do {
    const size = Math.min(PAGE, limit - seen);
    const page = await queue.list(
      tenantId,
      { ...filter, states },
      { limit: size, ...(cursor !== undefined && { cursor }) },
    );
    seen += page.data.length;
    const waiting = [...page.data];
    const lane = async (): Promise<void> => {
      for (let job = waiting.shift(); job !== undefined && !isStopped(); job = waiting.shift()) {
        const { kind } = await queue.requestCancel(tenantId, job.id, reason);
        if (kind === "cancelled") cancelled++;
        if (kind === "requested") requested++;
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    cursor = page.nextCursor;
  } while (cursor !== undefined && seen < limit && !isStopped());
  return { cancelled, requested, hasMore: cursor !== undefined };
}
