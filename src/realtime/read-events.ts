import { realtimeErrors } from "./errors.ts";
import type { FeedEvent } from "./event-filter.ts";
import type { EventSource, FeedRequest } from "./feed-request.ts";
import { createLiveBuffer } from "./live-buffer.ts";
import { type Hub, type LiveReader, PAGE, type TenantHubs } from "./tenant-hubs.ts";

export interface ReadParts<E extends FeedEvent> {
  readonly events: EventSource<E>;
  readonly hubs: TenantHubs<E>;
  /** Each of them ends the reader. */
  readonly stops: readonly AbortSignal[];
  readonly bufferSize: number;
}

/** Reads the past from the table, then goes on with what the hub offers. */
export async function* readEvents<E extends FeedEvent>(
  parts: ReadParts<E>,
  request: FeedRequest,
  start: bigint,
): AsyncGenerator<E, void, void> {
  const hub = await parts.hubs.join(request.tenantId);
  try {
    const position = yield* catchUp(parts, { hub, request, start });
    // Nothing may be awaited in between: what the hub offers from here on must find the reader in its set.
    yield* follow(parts, { hub, request, position });
  } finally {
    parts.hubs.leave(hub);
  }
}

async function* catchUp<E extends FeedEvent>(
  { events, stops }: ReadParts<E>,
  { hub, request, start }: { readonly hub: Hub<E>; readonly request: FeedRequest; readonly start: bigint },
): AsyncGenerator<E, bigint, void> {
  let position = start;
  while (position < hub.tail && !isStopped(stops)) {
    const seen = hub.tail;
    const page = await events.after(request.tenantId, String(position), PAGE, request);
    yield* page;
    const last = BigInt(page.at(-1)?.seq ?? 0);
    // A page that is not full tells that nothing else up to `seen` matches.
    position = page.length === PAGE || last > seen ? last : seen;
  }
  return position;
}

async function* follow<E extends FeedEvent>(
  { stops, bufferSize }: ReadParts<E>,
  { hub, request, position }: { readonly hub: Hub<E>; readonly request: FeedRequest; readonly position: bigint },
): AsyncGenerator<E, void, void> {
  const buffer = createLiveBuffer<E>(bufferSize);
  const reader: LiveReader<E> = { position, filter: request, buffer };
  hub.live.add(reader);
  const stop = (): void => buffer.end();
  for (const signal of stops) signal.addEventListener("abort", stop, { once: true });
  if (isStopped(stops)) stop();
  let after = String(position);
  try {
    for (;;) {
      const taken = await buffer.take();
      if (taken.kind === "ended") return;
      if (taken.kind === "overflow") throw realtimeErrors.REALTIME_SLOW_READER({ after, behind: bufferSize });
      after = taken.item.seq;
      yield taken.item;
    }
  } finally {
    hub.live.delete(reader);
    for (const signal of stops) signal.removeEventListener("abort", stop);
  }
}

function isStopped(stops: readonly AbortSignal[]): boolean {
  return stops.some((signal) => signal.aborted);
}
