import type { TenantId } from "../core/ids.ts";
import { admits, type FeedEvent } from "./event-filter.ts";
import type { EventSource, FeedRequest } from "./feed-request.ts";
import type { LiveBuffer } from "./live-buffer.ts";

/** A reader that has caught up and gets events from memory. */
export interface LiveReader<E> {
  readonly position: bigint;
  readonly filter: FeedRequest;
  readonly buffer: LiveBuffer<E>;
}

/** All readers of one tenant. */
export interface Hub<E> {
  readonly tenantId: TenantId;
  /** Settles once `tail` is known. */
  readonly ready: Promise<void>;
  readonly live: Set<LiveReader<E>>;
  /** Every event up to this one was offered to the live readers. */
  tail: bigint;
  members: number;
  isReading: boolean;
  isStale: boolean;
}

/** The tenants somebody reads. */
export interface TenantHubs<E> {
  /** Counts a reader in; rejects when the newest number cannot be read. */
  join(tenantId: TenantId): Promise<Hub<E>>;
  leave(hub: Hub<E>): void;
  /** Offers the tenant's live readers what is new. Never rejects. */
  wake(tenantId: TenantId): Promise<void>;
  wakeAll(): Promise<void>;
}

/** Events read at once. */
export const PAGE = 500;

export function createTenantHubs<E extends FeedEvent>(
  events: EventSource<E>,
  onError: (error: unknown) => void,
): TenantHubs<E> {
  const hubs = new Map<TenantId, Hub<E>>();

  function open(tenantId: TenantId): Hub<E> {
    const readTail = async (): Promise<void> => {
      hub.tail = BigInt(await events.latestSeq(tenantId));
    };
    const ready = Promise.resolve().then(readTail);
    const hub: Hub<E> = { tenantId, ready, live: new Set(), tail: 0n, members: 0, isReading: false, isStale: false };
    hubs.set(tenantId, hub);
    return hub;
  }

  function leave(hub: Hub<E>): void {
    hub.members -= 1;
    if (hub.members === 0 && hubs.get(hub.tenantId) === hub) hubs.delete(hub.tenantId);
  }

  async function wake(tenantId: TenantId): Promise<void> {
    try {
      const hub = hubs.get(tenantId);
      await hub?.ready;
      if (hub) await advance(hub, events);
    } catch (error) {
      onError(error);
    }
  }

  return {
    async join(tenantId) {
      const hub = hubs.get(tenantId) ?? open(tenantId);
      hub.members += 1;
      try {
        await hub.ready;
        return hub;
      } catch (error) {
        leave(hub);
        throw error;
      }
    },
    leave,
    wake,
    async wakeAll() {
      await Promise.all([...hubs.keys()].map((tenantId) => wake(tenantId)));
    },
  };
}

/** Reads what is new and offers it; one run at a time per tenant, a call during a run makes it look once more. */
async function advance<E extends FeedEvent>(hub: Hub<E>, events: EventSource<E>): Promise<void> {
  hub.isStale = true;
  if (hub.isReading) return;
  hub.isReading = true;
  try {
    while (hub.isStale && hub.members > 0) {
      hub.isStale = false;
      const page = await events.after(hub.tenantId, String(hub.tail), PAGE);
      for (const event of page) offer(hub, event);
      if (page.length === PAGE) hub.isStale = true;
    }
  } finally {
    hub.isReading = false;
  }
}

function offer<E extends FeedEvent>(hub: Hub<E>, event: E): void {
  const seq = BigInt(event.seq);
  hub.tail = seq;
  for (const reader of hub.live) {
    if (seq <= reader.position || !admits(reader.filter, event)) continue;
    if (!reader.buffer.offer(event)) {
      hub.live.delete(reader);
      reader.filter.onSlow?.();
    }
  }
}
