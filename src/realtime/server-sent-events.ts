import { pause } from "../core/deadline.ts";
import { AppError } from "../core/errors.ts";
import type { FeedEvent } from "./event-filter.ts";
import type { FeedReader } from "./feed-request.ts";

/** One event in the text/event-stream format (HTML Standard §9.2). Line breaks in JSON text are escaped already. */
function formatServerSentEvent(event: {
  readonly id?: string;
  readonly name?: string;
  readonly data: unknown;
}): string {
  const id = event.id === undefined ? "" : `id: ${event.id}\n`;
  const name = event.name === undefined ? "" : `event: ${event.name}\n`;
  return `${id}${name}data: ${JSON.stringify(event.data)}\n\n`;
}

/** How a stream shows events and keeps its connection alive. */
export interface StreamOptions<E> {
  /** Milliseconds of silence after which a comment is sent, so that proxies keep the connection. */
  readonly heartbeatMs: number;
  /** What the reader gets to see of an event. */
  readonly present: (event: E) => unknown;
}

/** Milliseconds after which a browser connects again. */
const RETRY_MS = 2_000;

/**
 * The events as text/event-stream: `id` is the event's number, so a reader that comes back with `Last-Event-ID` misses
 * nothing. The first text comes at once, which flushes the headers. A reader that was too slow is told so by an event
 * `closing` with the code.
 */
export async function* serverSentEvents<E extends FeedEvent>(
  reader: Pick<FeedReader<E>, "events" | "close">,
  options: StreamOptions<E>,
): AsyncGenerator<string, void, void> {
  yield `retry: ${RETRY_MS}\n: connected\n\n`;
  try {
    for await (const event of withHeartbeats(reader.events, options.heartbeatMs)) {
      yield event === HEARTBEAT
        ? ": heartbeat\n\n"
        : formatServerSentEvent({ id: event.seq, data: options.present(event) });
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    yield formatServerSentEvent({ name: "closing", data: { code: error.code } });
  } finally {
    reader.close();
  }
}

const HEARTBEAT: unique symbol = Symbol("heartbeat");

/** The items, and a sign whenever none came for a while. Who leaves early has to end the items. */
async function* withHeartbeats<T>(
  items: AsyncGenerator<T, void, void>,
  everyMs: number,
): AsyncGenerator<T | typeof HEARTBEAT, void, void> {
  let next = items.next();
  // A rejection is thrown below, unless the consumer has gone by then.
  next.catch(() => undefined);
  for (;;) {
    const outcome = await withinSilence(next, everyMs);
    if (outcome === HEARTBEAT) {
      yield HEARTBEAT;
      continue;
    }
    if (outcome.done) return;
    yield outcome.value;
    next = items.next();
    next.catch(() => undefined);
  }
}

async function withinSilence<T>(next: Promise<T>, everyMs: number): Promise<T | typeof HEARTBEAT> {
  const silence = new AbortController();
  const heartbeat = pause(everyMs, silence.signal).then((): typeof HEARTBEAT => HEARTBEAT);
  try {
    return await Promise.race([next, heartbeat]);
  } finally {
    silence.abort();
  }
}
