import { z } from "zod";
import { jobEvent, jobFailure } from "../contracts/index.ts";
import type { JsonValue } from "../core/json.ts";

/** Names the attempt that lines of the outbox belong to; the fencing token of the queue. */
export interface AttemptId {
  readonly jobId: string;
  /** 1-based. */
  readonly attempt: number;
  readonly sessionId: string;
}

/** One event of a run as it is sent; `seq` counts from 1 within the attempt. */
export type OutboxEvent = z.output<typeof jobEvent>;

/** How an attempt ended, as far as the orchestrator has to be told. */
export type JobOutcome =
  | { readonly kind: "complete"; readonly result: JsonValue }
  | { readonly kind: "fail"; readonly error: z.output<typeof jobFailure>; readonly result?: JsonValue | undefined }
  | { readonly kind: "release"; readonly started: boolean; readonly reason: string };

/** One line of an outbox file. */
export type OutboxRecord =
  | { readonly kind: "attempt"; readonly id: AttemptId; readonly nextSeq: number }
  | { readonly kind: "event"; readonly event: OutboxEvent }
  | { readonly kind: "outcome"; readonly outcome: JobOutcome }
  /** The orchestrator has stored all events up to this one. */
  | { readonly kind: "acked"; readonly seq: number };

const json = z.unknown().transform((value) => value as JsonValue);

const outcome: z.ZodType<JobOutcome> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("complete"), result: json }),
  z.object({ kind: z.literal("fail"), error: jobFailure, result: json.optional() }),
  z.object({ kind: z.literal("release"), started: z.boolean(), reason: z.string() }),
]);

const record: z.ZodType<OutboxRecord> = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("attempt"),
    id: z.object({ jobId: z.string(), attempt: z.int().min(1), sessionId: z.string() }),
    nextSeq: z.int().min(1),
  }),
  z.object({ kind: z.literal("event"), event: jobEvent }),
  z.object({ kind: z.literal("outcome"), outcome }),
  z.object({ kind: z.literal("acked"), seq: z.int().min(0) }),
]);

/** The record as a line, line end included: a line without one was torn by a crash. */
export function encodeRecord(value: OutboxRecord): string {
  return `${JSON.stringify(value)}\n`;
}

/** What a file holds. Reading stops at the first line that is torn or damaged; `isWhole` tells whether there was one. */
export function decodeRecords(text: string): { readonly records: readonly OutboxRecord[]; readonly isWhole: boolean } {
  const records: OutboxRecord[] = [];
  let from = 0;
  while (from < text.length) {
    const end = text.indexOf("\n", from);
    const read = end < 0 ? undefined : readLine(text.slice(from, end));
    if (read === undefined) return { records, isWhole: false };
    records.push(read);
    from = end + 1;
  }
  return { records, isWhole: true };
}

function readLine(line: string): OutboxRecord | undefined {
  try {
    return record.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // not JSON
  }
}
