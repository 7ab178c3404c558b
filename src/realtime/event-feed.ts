import { setMaxListeners } from "node:events";
import { pause } from "../core/deadline.ts";
import type { TenantId } from "../core/ids.ts";
import type { Database } from "../database/index.ts";
import type { FeedEvent } from "./event-filter.ts";
import type { EventSource, FeedReader, FeedRequest } from "./feed-request.ts";
import { readEvents } from "./read-events.ts";
import { createTenantHubs } from "./tenant-hubs.ts";

/** What a feed reads from and how it paces itself; the database stays the caller's to close. */
export interface FeedOptions<E extends FeedEvent> {
  readonly database: Pick<Database, "listen">;
  readonly events: EventSource<E>;
  /** Channel whose notifications carry the id of the tenant that has new events. */
  readonly channel: string;
  /** Milliseconds between looks at the table in case notifications got lost; default 5 000. */
  readonly pollMs?: number;
  /** Events a reader may fall behind before it is closed; default 1 000. */
  readonly bufferSize?: number;
  /** Told when the table could not be read; the feed goes on with the next look. */
  readonly onError?: (error: unknown) => void;
}

/** One listener per process, any number of readers. */
export interface EventFeed<E extends FeedEvent> {
  subscribe(request: FeedRequest): Promise<FeedReader<E>>;
  /** Ends all readers, the poll and the listener. */
  close(): Promise<void>;
}

/**
 * Fans the tenants' events out to readers.
 *
 * A reader first reads the past at its own pace; once it has caught up, all live readers of a tenant share one read of
 * the table per notification.
 *
 * Rejects when the listener cannot be set up.
 */
export async function createEventFeed<E extends FeedEvent>(options: FeedOptions<E>): Promise<EventFeed<E>> {
  const { events, database, channel, pollMs = 5_000, bufferSize = 1_000, onError = () => undefined } = options;
  const hubs = createTenantHubs(events, onError);
  const closing = new AbortController();
  // Every live reader listens to it.
  setMaxListeners(0, closing.signal);

  async function poll(): Promise<void> {
    while (await pause(pollMs, closing.signal)) await hubs.wakeAll();
  }

  const onNotify = (payload: string): void => void hubs.wake(Number(payload) as TenantId);
  const listener = await database.listen(channel, onNotify, () => void hubs.wakeAll());
  const polling = poll();

  return {
    async subscribe(request) {
      const latest = BigInt(await events.latestSeq(request.tenantId));
      const wanted = request.after === undefined ? latest : BigInt(request.after);
      const start = wanted < latest ? wanted : latest;
      const left = new AbortController();
      const parts = { events, hubs, stops: [request.signal, closing.signal, left.signal], bufferSize };
      return { after: String(start), events: readEvents(parts, request, start), close: () => left.abort() };
    },
    async close() {
      closing.abort();
      await Promise.all([polling, listener.close()]);
    },
  };
}
