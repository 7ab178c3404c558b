import type { WorkItem, WorkItemAttempt } from "./work-item.ts";

/**
 * The attempt that stands in the item itself; undefined before the first one, and while the item waits for the next.
 *
 * @param lastFormer number of the newest attempt that is kept beside the item.
 */
export function presentAttempt(item: WorkItem, lastFormer: number | undefined): WorkItemAttempt | undefined {
  if (item.attempt === 0 || item.attempt === lastFormer || item.holder === undefined) return undefined;
  return {
    attempt: item.attempt,
    holder: item.holder,
    outcome: outcomeOf(item),
    startedAt: item.startedAt ?? item.createdAt,
    ...(item.endedAt && { endedAt: item.endedAt }),
    ...(item.progress !== undefined && { progress: item.progress }),
    ...(item.exception && { exception: item.exception }),
  };
}

function outcomeOf({ state, exception }: WorkItem): WorkItemAttempt["outcome"] {
  switch (state) {
    case "in_progress":
    case "successful":
    case "failed":
    case "abandoned":
      return state;
    case "new":
    case "retried":
    case "deleted":
      break;
  }
  // Deleted after it had ended: what with can be told from what it left.
  if (exception === undefined) return "successful";
  return exception.code === "WORK_ITEM_ABANDONED" ? "abandoned" : "failed";
}
