import { z } from "zod";
import { envelope } from "../envelope.ts";
import { protocolError } from "../robot-messages.ts";
import { eventDto } from "./event.ts";
import { eventType } from "./event-types.ts";
import { eventSeq, jobId } from "./identifiers.ts";

/**
 * What is said on `/ws/monitoring`. The reader subscribes, the orchestrator sends events until the reader subscribes
 * anew, which replaces the subscription before.
 */
const monitoringSubscribe = envelope(
  "subscribe",
  z.object({
    types: z.array(eventType).min(1).max(50).optional(),
    jobId: jobId.optional(),
    after: eventSeq.optional().describe("go on after this event; default: only what happens from now on"),
  }),
).describe("Asks for events of these types and this job; replaces the subscription before");

const monitoringSubscribed = envelope("subscribed", z.object({ after: eventSeq })).describe(
  "Answer to `subscribe`: events follow from behind `after`",
);

const monitoringEvent = envelope("event", eventDto).describe("Something that happened, in the order of `payload.seq`");

const monitoringClosing = envelope(
  "closing",
  z.object({ code: z.string(), message: z.string(), after: eventSeq.optional() }),
).describe(
  "The last message before the orchestrator closes the connection; connect again and subscribe with its `after`",
);

/** Everything a reader may say on `/ws/monitoring`. */
export const monitoringRequest = z.discriminatedUnion("type", [monitoringSubscribe]);
/** A message from a reader, envelope included. */
export type MonitoringRequest = z.output<typeof monitoringRequest>;

/** Everything the orchestrator may say on `/ws/monitoring`. */
export const monitoringMessage = z.discriminatedUnion("type", [
  monitoringSubscribed,
  monitoringEvent,
  monitoringClosing,
  protocolError,
]);
/** A message to a reader, envelope included. */
export type MonitoringMessage = z.output<typeof monitoringMessage>;
