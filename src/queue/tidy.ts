import type { AlarmLimits, QueueAlarm } from "./queue-alarms.ts";

/** How long what is over is kept, and from where on there is an alarm. */
export interface TidyOptions {
  /** Days an ended job is kept at least; 0: for ever. */
  readonly retentionDays: number;
  /** Days a dead letter is kept, and its job with it; 0: for ever. */
  readonly deadLetterRetentionDays: number;
  readonly alarms: AlarmLimits;
}

/** What one pass did. */
export interface TidyReport {
  /** True when ended jobs were forgotten: what was kept about them elsewhere can go as well. */
  readonly jobsForgotten: boolean;
  readonly deadLettersForgotten: number;
  /** Alarms that were not there before. */
  readonly raised: readonly QueueAlarm[];
  /** Alarms that are not there any more. */
  readonly cleared: readonly QueueAlarm[];
}

export const DAY_MS = 86_400_000;
