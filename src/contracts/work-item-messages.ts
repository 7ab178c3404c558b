import { z } from "zod";
import { jsonObject } from "./api/json.ts";
import { envelope } from "./envelope.ts";

/**
 * What a robot and the orchestrator say to each other about work items, on the robot's connection.
 *
 * Every message carries the job's fencing token, what is about an item also the item's attempt. All of them may be sent
 * again when no answer came: a request id, an item id chosen by the robot and the token see to it that it counts once.
 */

const token = {
  sessionId: z.string().min(1).max(64),
  jobId: z.string().regex(/^\d{1,19}$/),
  attempt: z.int().min(1).max(32_767),
};
const itemToken = { ...token, itemId: z.uuid(), itemAttempt: z.int().min(1) };
const queue = z.string().min(1).max(200);
const instant = z.iso.datetime({ offset: true });

/** Asks for the most urgent due item; answered with `work-item.taken`. */
export const workItemTake = envelope(
  "work-item.take",
  z.object({ ...token, queue, requestId: z.string().min(1).max(64) }),
);

/** Adds an item; answered with `work-item.added`. */
export const workItemAdd = envelope(
  "work-item.add",
  z.object({
    ...token,
    queue,
    item: z.object({
      id: z.uuid(),
      data: jsonObject,
      reference: z.string().min(1).max(200).optional(),
      priority: z.int().min(0).max(100).optional(),
      deadline: instant.optional(),
      postponeUntil: instant.optional(),
    }),
  }),
);

/** Ends the attempt at an item; answered with `work-item.settled`. */
export const workItemSettle = envelope(
  "work-item.settle",
  z.object({
    ...itemToken,
    end: z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("successful"), outputs: jsonObject.optional() }),
      z.object({
        kind: z.literal("failed"),
        exception: z.object({
          type: z.enum(["application", "business"]),
          code: z.string().max(128),
          message: z.string().max(16_384),
        }),
      }),
    ]),
  }),
);

/** Notes what the attempt is at; answered with `ack`. */
export const workItemProgress = envelope(
  "work-item.progress",
  z.object({ ...itemToken, progress: z.string().max(500) }),
);

/** Answer to `work-item.take`; without an item nothing is due. */
export const workItemTaken = envelope(
  "work-item.taken",
  z.object({
    item: z
      .object({
        id: z.uuid(),
        attempt: z.int().min(1),
        priority: z.int(),
        reference: z.string().optional(),
        data: jsonObject,
        deadline: instant.optional(),
        createdAt: instant,
      })
      .optional(),
  }),
);

/** Answer to `work-item.add`. */
export const workItemAdded = envelope("work-item.added", z.object({ itemId: z.uuid() }));

/** Answer to `work-item.settle`; `lost`: the item is others' by now. */
export const workItemSettled = envelope(
  "work-item.settled",
  z.discriminatedUnion("outcome", [
    z.object({ outcome: z.enum(["recorded", "duplicate"]), state: z.enum(["successful", "failed", "retried"]) }),
    z.object({ outcome: z.literal("lost") }),
  ]),
);
