/**
 * What becomes of an item when an attempt at it ends without success. Pure; both stores ask here.
 */
import type { ExceptionType, WorkItemState } from "./work-item.ts";
import type { RetryRules } from "./work-queue.ts";

/** What an item has behind it since it was added, or last retried by hand; the attempt that has just ended not counted. */
export interface ItemHistory {
  readonly applicationFailures: number;
  readonly businessFailures: number;
  /** Attempts that ended, whatever with. */
  readonly spent: number;
}

/** The item waits for another attempt, or it has ended. */
export type ItemVerdict =
  | { readonly kind: "retry"; readonly delayMs: number }
  | { readonly kind: "end"; readonly state: Extract<WorkItemState, "failed" | "abandoned"> };

/** The job that held the item said why it could not be done. */
export function decideAfterException(rules: RetryRules, history: ItemHistory, type: ExceptionType): ItemVerdict {
  return decide(rules, history, { type, end: "failed" });
}

/**
 * The job that held the item ended without a word: it died, was cancelled, or forgot the item. That counts as an
 * application exception, so that an item which kills its jobs does not go round for ever.
 */
export function decideAfterAbandonment(rules: RetryRules, history: ItemHistory): ItemVerdict {
  return decide(rules, history, { type: "application", end: "abandoned" });
}

function decide(
  rules: RetryRules,
  history: ItemHistory,
  ended: { readonly type: ExceptionType; readonly end: "failed" | "abandoned" },
): ItemVerdict {
  const { maxRetries, delayMs } = rules[ended.type];
  const before = ended.type === "application" ? history.applicationFailures : history.businessFailures;
  const mayRetry = before < maxRetries && history.spent + 1 < rules.maxAttempts;
  return mayRetry ? { kind: "retry", delayMs } : { kind: "end", state: ended.end };
}
