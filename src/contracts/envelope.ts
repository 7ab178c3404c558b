import { z } from "zod";

/** Version of the message protocol; a peer with another one is refused with PROTOCOL_VERSION. */
export const PROTOCOL_VERSION = 1;

/**
 * Every WebSocket message. `seq` counts the sender's messages on this connection from 1; an answer repeats the `id` of
 * the message it answers as `correlationId`.
 */
export function envelope<Type extends string, Payload extends z.ZodType>(type: Type, payload: Payload) {
  return z.object({
    v: z.literal(PROTOCOL_VERSION),
    type: z.literal(type),
    id: z.string().min(1).max(64),
    ts: z.iso.datetime({ offset: true }),
    seq: z.int().min(1),
    correlationId: z.string().max(64).optional(),
    payload,
  });
}
