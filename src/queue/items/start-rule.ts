import type { StartRule } from "./work-queue.ts";

/**
 * How many jobs to start now. Pure; both stores ask here.
 *
 * There is to be a job for each `itemsPerJob` open items, up to the limit. Items in progress count, because a job that
 * holds one is not free for those that wait; but without waiting items there is nothing to start a job for. A rest counts
 * as a full portion: no item waits for company.
 *
 * @param facts.waiting items that may be taken now, ≥ 0; beyond `mostItems(rule)` it makes no difference.
 * @param facts.inProgress items that jobs hold, ≥ 0; likewise.
 * @param facts.openStarts jobs of this rule that wait or run, ≥ 0.
 */
export function jobsToStart(
  rule: Pick<StartRule, "itemsPerJob" | "maxJobs">,
  facts: { readonly waiting: number; readonly inProgress: number; readonly openStarts: number },
): number {
  const { waiting, inProgress, openStarts } = facts;
  const wanted = Math.min(rule.maxJobs, Math.ceil((waiting + inProgress) / rule.itemsPerJob));
  return Math.max(0, Math.min(wanted - openStarts, Math.ceil(waiting / rule.itemsPerJob)));
}

/** As many items as are worth counting. */
export function mostItems({ itemsPerJob, maxJobs }: Pick<StartRule, "itemsPerJob" | "maxJobs">): number {
  return (maxJobs - 1) * itemsPerJob + 1;
}
