import type { AcceptedJob } from "../accepted-job.ts";

/** A job with all that is needed to store it. */
export interface IdentifiedJob {
  readonly id: number;
  readonly routeId: number;
  /** Of its concurrency limit. */
  readonly limitId: number | undefined;
  readonly job: AcceptedJob;
}

/** Neighbours of one enqueue statement that become one row of `queue_ready`. */
export interface ReadyRange {
  readonly routeId: number;
  readonly priority: number;
  readonly lo: number;
  readonly hi: number;
  /** 1-based place of `hi` in the statement. */
  readonly place: number;
}

/**
 * Longer ranges make enqueueing cheaper and claims on the same head wait for one another; 20 has most of the gain
 * (56 % more throughput than single rows, where whole batches bring 61 %).
 */
export const MAX_RANGE = 20;

/**
 * Groups jobs of one kind into ranges, in order; those with a concurrency limit are left out, because it lets them into the line.
 *
 * A job with an idempotency key or a start time stands alone, because whether it gets into the line is found out only when
 * the statement runs.
 */
export function planRanges(jobs: readonly IdentifiedJob[]): ReadyRange[] {
  const ranges: ReadyRange[] = [];
  let extensible = false;
  let lastKind: string | undefined;
  for (const [index, { id, routeId, limitId, job }] of jobs.entries()) {
    if (limitId !== undefined) {
      extensible = false;
      continue;
    }
    const last = ranges.at(-1);
    const plain = job.idempotencyKey === undefined && job.runAt === undefined;
    const joins =
      extensible &&
      plain &&
      last !== undefined &&
      last.hi + 1 === id &&
      last.routeId === routeId &&
      last.priority === job.priority &&
      lastKind === job.kind &&
      last.hi - last.lo + 1 < MAX_RANGE;
    if (joins) ranges[ranges.length - 1] = { ...last, hi: id, place: index + 1 };
    else ranges.push({ routeId, priority: job.priority, lo: id, hi: id, place: index + 1 });
    extensible = plain;
    lastKind = job.kind;
  }
  return ranges;
}
