import { type EventDto, eventDto } from "../../contracts/index.ts";
import { pause } from "../../core/deadline.ts";
import { AppError } from "../../core/errors.ts";
import { readChunks } from "../../core/read-chunks.ts";
import type { Connection } from "./send-request.ts";
import { createServerSentEventParser, type ServerSentEvent } from "./server-sent-event-parser.ts";

/** Which events to follow. */
export interface FollowOptions {
  readonly types?: readonly string[];
  readonly jobId?: string;
  /** Go on after this event; default: only what happens from now on. */
  readonly after?: string;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
/** The orchestrator sends a sign of life every 15 s; a connection that is silent for this long is dead. */
const SILENCE_MS = 45_000;

/**
 * Events as they happen, each once and in order. Comes back after a broken connection and goes on where it was.
 *
 * Ends when the signal aborts. Throws when the orchestrator refuses (no key, no permission), not when it is away.
 */
export async function* followEvents(
  connection: Connection,
  options: FollowOptions,
): AsyncGenerator<EventDto, void, void> {
  let { after } = options;
  let delayMs = FIRST_RETRY_MS;
  while (!options.signal?.aborted) {
    try {
      for await (const event of readOnce(connection, { ...options, ...(after !== undefined && { after }) })) {
        delayMs = FIRST_RETRY_MS;
        after = event.seq;
        yield event;
      }
    } catch (error) {
      if (options.signal?.aborted) return;
      if (error instanceof AppError && !error.retryable) throw error;
    }
    // Spread, so that all readers of an orchestrator that was away do not come back at once.
    if (!(await pause(delayMs * (0.5 + Math.random() / 2), options.signal))) return;
    delayMs = Math.min(LONGEST_RETRY_MS, delayMs * 2);
  }
}

/** One connection's worth of events. */
async function* readOnce(connection: Connection, options: FollowOptions): AsyncGenerator<EventDto, void, void> {
  const { types, jobId, after, signal } = options;
  const silence = new AbortController();
  const stop = (): void => silence.abort();
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  const watchdog = setTimeout(stop, SILENCE_MS);
  try {
    const response = await connection.open({
      method: "GET",
      path: "/api/v1/events",
      query: { types, jobId, after },
      headers: { accept: "text/event-stream" },
      signal: silence.signal,
    });
    const parser = createServerSentEventParser();
    const decoder = new TextDecoder();
    for await (const chunk of readChunks(response, silence.signal)) {
      watchdog.refresh();
      for (const message of parser.push(decoder.decode(chunk, { stream: true }))) {
        const event = readEvent(message);
        if (event) yield event;
      }
    }
  } finally {
    clearTimeout(watchdog);
    signal?.removeEventListener("abort", stop);
    // A reader that leaves early must not leave the connection open.
    silence.abort();
  }
}

/** Undefined for what is no event: the news that the stream ends, or something of a later release. */
function readEvent({ name, data }: ServerSentEvent): EventDto | undefined {
  if (name !== "message") return undefined;
  return eventDto.safeParse(JSON.parse(data)).data;
}
