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

/** What can be told of a message before its own schema is asked. */
export type OpenedMessage =
  | { readonly kind: "opened"; readonly message: unknown; readonly type: string; readonly id: string }
  | { readonly kind: "other-version"; readonly id: string }
  | { readonly kind: "malformed"; readonly problem: string };

const header = z.object({ v: z.unknown(), type: z.string(), id: z.string().min(1).max(64) });
const MAX_DEPTH = 200;

/** Reads the text of a message as far as version, type and id; refuses nesting beyond 200 levels. Never throws. */
export function openMessage(text: string): OpenedMessage {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return { kind: "malformed", problem: "not JSON" };
  }
  const read = header.safeParse(message);
  if (!read.success) return { kind: "malformed", problem: "v, type or id is missing" };
  if (read.data.v !== PROTOCOL_VERSION) return { kind: "other-version", id: read.data.id };
  if (nestsDeeperThan(message, MAX_DEPTH)) return { kind: "malformed", problem: `nested deeper than ${MAX_DEPTH}` };
  return { kind: "opened", message, type: read.data.type, id: read.data.id };
}

function nestsDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= limit && level.length > 0; depth++) {
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item === "object" && item !== null) for (const child of Object.values(item)) next.push(child);
    }
    level = next;
  }
  return level.length > 0;
}

/** Why a robot's WebSocket was closed; the robot comes back after `restarting` and after any code that is not listed. */
export const CLOSE_CODE = {
  /** The key is not valid (any more). Final. */
  unauthorized: 4001,
  /** The key may not do this. Final. */
  forbidden: 4003,
  /** Too many messages that make no sense, or none where one was due. */
  policy: 4008,
  /** A newer connection of the same robot took over. Final for another session. */
  replaced: 4009,
  /** The peers speak different versions of the protocol. Final. */
  protocolVersion: 4010,
  /** A live robot has the name already, with another key. Final. */
  nameTaken: 4011,
  /** The orchestrator goes down or comes up again. */
  restarting: 1012,
} as const;
