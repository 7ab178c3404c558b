import { z } from "zod";

/** A job's id: a decimal number too large for JavaScript's, so it stays text. */
export const jobId = z
  .string()
  .regex(/^\d{1,19}$/, "must be a job id: a decimal number")
  .meta({ examples: ["81064793292668929"] });

/** Ids of workflows, robots, keys, artifacts. */
export const uuid = z.uuid({ error: "must be a UUID" }).meta({ examples: ["019b76da-a800-7000-8000-000000000001"] });

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hexadecimal digits");

/** An instant, ISO 8601 with offset; answers are always UTC. */
export const instant = z.iso
  .datetime({ offset: true, error: "must be an ISO 8601 date and time with offset, such as 2026-01-31T12:00:00Z" })
  .meta({ examples: ["2026-01-31T12:00:00.000Z"] });

/** Number of an event: decimal text, grows within the tenant. */
export const eventSeq = z
  .string()
  .regex(/^\d{1,18}$/, "must be an event number: a decimal number")
  .meta({ examples: ["1042"] });

/** A text that PostgreSQL and a log line can hold. */
export function plainText(minLength: number, maxLength: number) {
  return z
    .string()
    .min(minLength)
    .max(maxLength)
    .refine((text) => !text.includes("\u0000"), "must not contain U+0000");
}
