import { DAY_MS } from "../tidy.ts";

/** What is known of the partitions of one range of ids. */
export interface StoredPartition {
  readonly firstId: string;
  readonly lastId: string;
  /** Holds only jobs with dead letters, of ranges that were dropped. */
  readonly isKept: boolean;
  /** When ids of it were first seen in use. */
  readonly openedAt?: Date;
  /** Since when no more of its ids are handed out. */
  readonly closedAt?: Date;
  /** Since when all its jobs have ended. */
  readonly settledAt?: Date;
}

/**
 * Partitions that the time of retention makes. Every statement locks all partitions and every plan names them, so their number
 * is kept to a dozen, however long jobs are kept; what a job is kept too long is an eighth of its time.
 */
const PER_RETENTION = 8;

/** Milliseconds after which the next partition is begun although this one is not full. */
export function turnAfterMs(retentionDays: number): number {
  return (retentionDays * DAY_MS) / PER_RETENTION;
}

/** True when the partition whose ids are handed out is old enough to begin the next. */
export function isDueToTurn(partition: StoredPartition, now: Date, retentionDays: number): boolean {
  const { openedAt, closedAt } = partition;
  if (retentionDays === 0 || openedAt === undefined || closedAt !== undefined) return false;
  return now.getTime() - openedAt.getTime() >= turnAfterMs(retentionDays);
}

/** True when the last job of the partition ended so long ago that none has to be kept. */
export function isDueToForget(partition: StoredPartition, now: Date, retentionDays: number): boolean {
  const { isKept, settledAt } = partition;
  if (retentionDays === 0 || isKept || settledAt === undefined) return false;
  return now.getTime() - settledAt.getTime() >= retentionDays * DAY_MS;
}

/** True when jobs of the partition are kept so much longer than they have to that somebody should look why. */
export function isOverdue(partition: StoredPartition, now: Date, retentionDays: number): boolean {
  const { isKept, closedAt } = partition;
  if (retentionDays === 0 || isKept || closedAt === undefined) return false;
  return now.getTime() - closedAt.getTime() >= 2 * retentionDays * DAY_MS;
}
