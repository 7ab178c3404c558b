/** Events to readers as they happen, with resume. Start at README.md. */
export { realtimeErrors } from "./errors.ts";
export type { EventFeed, FeedOptions } from "./event-feed.ts";
export { createEventFeed } from "./event-feed.ts";
export type { FeedEvent, FeedFilter } from "./event-filter.ts";
export type { EventSource, FeedReader, FeedRequest } from "./feed-request.ts";
export type { StreamOptions } from "./server-sent-events.ts";
export { serverSentEvents } from "./server-sent-events.ts";
