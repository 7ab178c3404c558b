import type { TenantId } from "../core/ids.ts";
import type { FeedEvent, FeedFilter } from "./event-filter.ts";

/** Where the events come from. Numbers are gap-safe: when n can be read, nothing below n will appear later. */
export interface EventSource<E extends FeedEvent> {
  after(tenantId: TenantId, seq: string, limit: number, filter?: FeedFilter): Promise<readonly E[]>;
  latestSeq(tenantId: TenantId): Promise<string>;
}

/** What one reader wants to see, from where on and for how long. */
export interface FeedRequest extends FeedFilter {
  readonly tenantId: TenantId;
  /** Start behind this event; default: behind the newest of this moment. A number that does not exist yet counts as the newest. */
  readonly after?: string;
  /** Ends the events. */
  readonly signal: AbortSignal;
  /** Called when the reader fell too far behind, even if it does not read at the moment. */
  readonly onSlow?: () => void;
}

/** One reader of a feed; whoever subscribed closes it or aborts the signal. */
export interface FeedReader<E> {
  /** The events that follow are those behind this number. */
  readonly after: string;
  /**
   * In order, each once; ends when the signal aborts or the feed closes. Throws REALTIME_SLOW_READER when the reader
   * falls too far behind, and the source's error when the past cannot be read. To be iterated once.
   */
  readonly events: AsyncGenerator<E, void, void>;
  /** Ends the events, also while the next one is being waited for. */
  close(): void;
}
