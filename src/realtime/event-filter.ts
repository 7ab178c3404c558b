/** The parts of an event that the feed goes by. */
export interface FeedEvent {
  /** Decimal text; see `EventSource`. */
  readonly seq: string;
  readonly type: string;
  readonly jobId?: string;
}

/** Which events a reader wants; absent parts admit all. */
export interface FeedFilter {
  readonly types?: readonly string[];
  readonly jobId?: string;
}

export function admits(filter: FeedFilter, event: Pick<FeedEvent, "type" | "jobId">): boolean {
  if (filter.jobId !== undefined && filter.jobId !== event.jobId) return false;
  return filter.types === undefined || filter.types.includes(event.type);
}
