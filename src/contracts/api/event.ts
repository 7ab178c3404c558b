import { z } from "zod";
import { eventType } from "./event-types.ts";
import { eventSeq, instant, jobId } from "./identifiers.ts";
import { jsonObject } from "./json.ts";
import { severalOf } from "./list.ts";

/** Something that happened. Within a tenant, whoever has seen `seq` n has seen all below n that match. */
export const eventDto = z
  .object({
    seq: eventSeq,
    at: instant,
    type: z.string(),
    jobId: jobId.optional(),
    attempt: z.int().optional(),
    robotId: z.string().optional(),
    data: jsonObject,
  })
  .meta({
    id: "Event",
    examples: [
      {
        seq: "1042",
        at: "2026-01-31T12:00:00.000Z",
        type: "job.created",
        jobId: "81064793292668929",
        data: { workflowName: "Greet" },
      },
    ],
  });
/** An event as lists and streams carry it. */
export type EventDto = z.output<typeof eventDto>;

/** Which events a stream carries and where it starts. The header `Last-Event-ID` wins over `after`. */
export const eventStreamQuery = z.strictObject({
  types: severalOf(eventType).optional().describe("only these event types, separated by commas"),
  jobId: jobId.optional(),
  after: eventSeq.optional().describe("go on after this event; default: only what happens from now on"),
});
