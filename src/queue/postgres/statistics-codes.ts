/** Numbers of `queue_statistics.series` (migrations/0008_queue_upkeep.sql). */
import type { EndedOutcome, EndedState } from "../statistics.ts";

export const WAIT_SERIES = 1;
export const ATTEMPT_SERIES = {
  completed: 11,
  failed: 12,
  cancelled: 13,
  timed_out: 14,
  lost: 15,
  released: 16,
  dead: 17,
} as const satisfies Record<EndedOutcome, number>;
export const END_SERIES = { completed: 21, failed: 22, cancelled: 23, timed_out: 24 } as const satisfies Record<
  EndedState,
  number
>;
