import { z } from "zod";
import { envelope } from "../envelope.ts";
import { protocolError } from "../robot-messages.ts";
import { eventDto } from "./event.ts";
import { eventSeq, jobId, plainText } from "./identifiers.ts";

/**
 * What is said on `/ws/monitoring`. The reader subscribes, the orchestrator sends events until the reader subscribes
 * anew, which replaces the subscription before.
 */
const monitoringSubscribe = envelope(
  "subscribe",
  z.object({
    types: z.array(plainText(1, 100)).min(1).max(50).optional(),
    jobId: jobId.optional(),
    /** Go on after this event; default: only what happens from now on. */
    after: eventSeq.optional(),
  }),
);

/** Answer to `subscribe`: events follow from behind `after`. */
const monitoringSubscribed = envelope("subscribed", z.object({ after: eventSeq }));

const monitoringEvent = envelope("event", eventDto);

/** The last message before the orchestrator closes the connection; connect again and subscribe with `after`. */
const monitoringClosing = envelope(
  "closing",
  z.object({ code: z.string(), message: z.string(), after: eventSeq.optional() }),
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
