/**
 * What becomes of a job when an attempt at it ends without success.
 *
 * Pure: facts and dice are arguments, so a table test reaches every branch; both adapters of the queue ask here.
 */
import type { DeadLetter, ErrorClass, JobState, RetryPolicy } from "./job.ts";

/** Whether the holder was asked to stop, and why. */
export type Stopping = "no" | "cancel" | "deadline";

/** What decides about a job whose attempt has ended. */
export interface AttemptFacts {
  readonly retry: RetryPolicy;
  /** Attempts that count towards the limit, this one included. */
  readonly spent: number;
  readonly stopping: Stopping;
  /** True when the job's deadline has passed. */
  readonly overdue: boolean;
}

/** The job runs again after a delay, or it ends, maybe with a dead letter. */
export type Verdict =
  | { readonly kind: "again"; readonly delayMs: number }
  | {
      readonly kind: "end";
      readonly state: Extract<JobState, "failed" | "cancelled" | "timed_out">;
      readonly deadLetter?: DeadLetter["reason"];
    };

const CANCELLED: Verdict = { kind: "end", state: "cancelled" };
const TOO_LATE: Verdict = { kind: "end", state: "timed_out", deadLetter: "deadline" };

/**
 * The holder reported a failure.
 *
 * A request to stop wins over what the failure says; a permanent failure wins over a passed deadline. An attempt that
 * ran out of its own time (`timeout`) is tried again like any other, and ends the job as `timed_out` when it was the last.
 *
 * @param dice in [0, 1).
 */
export function decideAfterFailure(facts: AttemptFacts, errorClass: ErrorClass, dice: number): Verdict {
  if (facts.stopping === "deadline") return TOO_LATE;
  if (facts.stopping === "cancel" || errorClass === "cancelled") return CANCELLED;
  if (errorClass === "permanent") return { kind: "end", state: "failed", deadLetter: "permanent" };
  if (facts.overdue) return TOO_LATE;
  if (facts.spent >= facts.retry.maxAttempts) {
    return { kind: "end", state: errorClass === "timeout" ? "timed_out" : "failed", deadLetter: "exhausted" };
  }
  return { kind: "again", delayMs: retryDelayMs(facts.retry, facts.spent, dice) };
}

/**
 * The holder's session died with the job. It counts as an attempt, so a job that kills its robots ends in the dead
 * letters; the next attempt may start at once, because the lease was wait enough.
 */
export function decideAfterLoss(facts: AttemptFacts): Verdict {
  if (facts.stopping === "cancel") return CANCELLED;
  if (facts.stopping === "deadline" || facts.overdue) return TOO_LATE;
  if (facts.spent >= facts.retry.maxAttempts) return { kind: "end", state: "failed", deadLetter: "exhausted" };
  return { kind: "again", delayMs: 0 };
}

/**
 * The holder gave the job back. Not started, it is as if nobody had taken it; started, it may have had effects, so it
 * counts and the last attempt stays the last.
 */
export function decideAfterRelease(facts: AttemptFacts, started: boolean): Verdict {
  if (started) return decideAfterLoss(facts);
  return decideAfterLoss({ ...facts, spent: 0 });
}

/**
 * Exponential backoff: `base * factor^(spent - 1)`, at most `capMs`, of which the share `jitter` is spread by the dice.
 *
 * @returns whole milliseconds in [(1 - jitter) * delay, delay].
 */
export function retryDelayMs(retry: RetryPolicy, spent: number, dice: number): number {
  if (retry.baseMs === 0) return 0;
  const fullMs = Math.min(retry.baseMs * retry.factor ** (spent - 1), retry.capMs);
  return Math.round(fullMs * (1 - retry.jitter + retry.jitter * dice));
}
