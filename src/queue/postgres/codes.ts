/** Small numbers of the tables' state columns (migrations/0002_queue.sql) and the words they stand for. */
import type { AttemptOutcome, ConcurrencyRule, DeadLetter, JobState } from "../job.ts";
import type { Stopping } from "../retry.ts";

export type EndState = Extract<JobState, "completed" | "failed" | "cancelled" | "timed_out">;

export const END_CODE = { completed: 1, failed: 2, cancelled: 3, timed_out: 4 } as const satisfies Record<
  EndState,
  number
>;
/** `queue_attempt.outcome`; 0 is never stored. */
export const ATTEMPT_CODE = { failed: 1, lost: 2, released: 3 } as const satisfies Partial<
  Record<AttemptOutcome, number>
>;
export const REASON_CODE = { exhausted: 1, permanent: 2, deadline: 3 } as const satisfies Record<
  DeadLetter["reason"],
  number
>;
/** The first three are those of the reasons: a row without a category has that of its reason. */
export const CATEGORY_CODE = {
  exhausted: 1,
  permanent: 2,
  deadline: 3,
  lost: 4,
  business: 5,
} as const satisfies Record<DeadLetter["category"], number>;
export const STOPPING_CODE = { no: 0, cancel: 1, deadline: 2 } as const satisfies Record<Stopping, number>;

/** `queue_limit.on_limit`. */
export const ON_LIMIT_CODE = { queue: 1, skip: 2, "keep-latest": 3, "cancel-oldest": 4 } as const satisfies Record<
  NonNullable<ConcurrencyRule["onLimit"]>,
  number
>;

/** The word of a stored number. Throws when a newer release wrote it. */
export function wordOf<Word extends string>(codes: Readonly<Record<Word, number>>, code: number): Word {
  for (const word of Object.keys(codes) as Word[]) if (codes[word] === code) return word;
  throw new RangeError(`unknown code ${code} in a queue table`);
}
