import { workItemErrors } from "./errors.ts";
import type { WorkQueue } from "./work-queue.ts";

/** Throws WORK_QUEUE_CONFLICT when the queue is not at the version that the caller saw. */
export function refuseOutdatedQueue(
  { name, version }: Pick<WorkQueue, "name" | "version">,
  expectedVersion: number | undefined,
): void {
  if (expectedVersion !== undefined && expectedVersion !== version) {
    throw workItemErrors.WORK_QUEUE_CONFLICT({ queue: name, expectedVersion, version });
  }
}

/** What an edit rejects with that changes whether references are unique: items may be there that break the rule. */
export function uniquenessIsFixed(): Error {
  const problem = "cannot be changed; make another queue and move the items there";
  return workItemErrors.WORK_QUEUE_INVALID({ path: "uniqueReference", problem });
}
