import { Readable } from "node:stream";
import { eventStreamQuery } from "../../../contracts/index.ts";
import { serverSentEvents } from "../../../realtime/index.ts";
import { defineRoute } from "../../define-route.ts";
import { orchestratorErrors } from "../../errors.ts";
import { viewEvent } from "./event-view.ts";
import { LAST_WORD_MS, STREAM_LIFE_MS } from "./stream-life.ts";

export const streamEvents = defineRoute({
  id: "streamEvents",
  method: "GET",
  path: "/api/v1/events",
  tag: "events",
  summary: "Follow what happens, as server-sent events",
  description:
    "`id` is the event's number: a reader that comes back with `Last-Event-ID` (or `after`) misses nothing. An event `closing` says why the stream ends, if not by the reader's wish.",
  permission: "events:read",
  query: eventStreamQuery,
  headers: ["Last-Event-ID"],
  success: { status: 200, description: "The stream", contentTypes: ["text/event-stream"] },
  async handle({ query, headers, principal: { tenantId }, signal }, { feed, limits }) {
    const after = lastEventId(headers["last-event-id"]) ?? query.after;
    const reader = await feed.subscribe({
      tenantId,
      ...(query.types && { types: query.types }),
      ...(query.jobId !== undefined && { jobId: query.jobId }),
      ...(after !== undefined && { after }),
      signal,
      onSlow: () => setTimeout(() => content.destroy(), LAST_WORD_MS).unref(),
    });
    const content = Readable.from(
      serverSentEvents(reader, { heartbeatMs: limits.heartbeatMs, present: viewEvent }),
      // Text by text: what is read ahead is lost to a reader that goes away.
      { objectMode: true, highWaterMark: 1 },
    );
    const life = setTimeout(() => reader.close(), STREAM_LIFE_MS).unref();
    content.once("close", () => clearTimeout(life));
    return {
      content,
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache, no-transform",
        // nginx would hold events back.
        "x-accel-buffering": "no",
      },
    };
  },
});

function lastEventId(header: string | string[] | undefined): string | undefined {
  if (header === undefined || header === "") return undefined;
  const parsed = eventStreamQuery.shape.after.safeParse(header);
  if (!parsed.success) {
    const message = parsed.error.issues[0]?.message ?? "is invalid";
    throw orchestratorErrors.REQUEST_INVALID({
      errors: [{ path: "headers.last-event-id", message, code: "invalid_format" }],
    });
  }
  return parsed.data;
}
