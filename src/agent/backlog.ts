import type { JsonObject } from "../core/json.ts";
import { type AttemptId, encodeRecord, type JobOutcome, type OutboxEvent, type OutboxRecord } from "./outbox-record.ts";

/** What to say next about an attempt. */
export type NextMessage =
  | { readonly kind: "events"; readonly events: readonly OutboxEvent[] }
  | { readonly kind: "outcome"; readonly outcome: JobOutcome };

/** An event before it is numbered. */
export interface NewRunEvent {
  readonly type: string;
  /** ISO-8601, UTC. */
  readonly at: string;
  readonly data: JsonObject;
}

/** Events beyond this size are replaced by a note of their size, bytes. */
const MAX_EVENT_BYTES = 256 * 1024;

/**
 * What has to be said about one attempt and was not acknowledged yet, in order. No I/O: every change answers with the
 * records that have to be kept, and `restoreBacklog` makes the same backlog of them.
 */
export class Backlog {
  readonly id: AttemptId;
  readonly #pending: OutboxEvent[] = [];
  readonly #sizes: number[] = [];
  #nextSeq: number;
  #bytes = 0;
  #dropped = 0;
  #outcome: JobOutcome | undefined;

  constructor(id: AttemptId, nextSeq = 1) {
    this.id = id;
    this.#nextSeq = nextSeq;
  }

  get outcome(): JobOutcome | undefined {
    return this.#outcome;
  }

  /** Size of the events that wait, bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  get pendingEvents(): number {
    return this.#pending.length;
  }

  /** @param isAdmitted false: there is no room, so it is only counted; a note tells how many were dropped. */
  add(event: NewRunEvent, isAdmitted: boolean): readonly OutboxRecord[] {
    if (this.#outcome !== undefined) return [];
    if (!isAdmitted) {
      this.#dropped += 1;
      return [];
    }
    return [...this.#noteDropped(event.at), this.#push(event)];
  }

  /** Ends the attempt; what is added later is ignored, and so is a second outcome. */
  settle(outcome: JobOutcome, at: string): readonly OutboxRecord[] {
    if (this.#outcome !== undefined) return [];
    const notes = this.#noteDropped(at);
    this.#outcome = outcome;
    return [...notes, { kind: "outcome", outcome }];
  }

  /** The outcome again, without what made it unacceptable. */
  replaceOutcome(outcome: JobOutcome): readonly OutboxRecord[] {
    this.#outcome = outcome;
    return [{ kind: "outcome", outcome }];
  }

  /** Events first; the outcome when none is left; undefined when there is nothing to say. @param limit ≥ 1. */
  next(limit: number): NextMessage | undefined {
    if (this.#pending.length > 0) return { kind: "events", events: this.#pending.slice(0, limit) };
    return this.#outcome && { kind: "outcome", outcome: this.#outcome };
  }

  /** Forgets events that are stored. */
  acknowledge(seq: number): readonly OutboxRecord[] {
    let count = 0;
    for (const event of this.#pending) {
      if (event.seq > seq) break;
      this.#bytes -= this.#sizes[count] ?? 0;
      count += 1;
    }
    if (count === 0) return [];
    this.#pending.splice(0, count);
    this.#sizes.splice(0, count);
    return [{ kind: "acked", seq }];
  }

  /** The fewest records that restore this backlog. */
  snapshot(): readonly OutboxRecord[] {
    return [
      { kind: "attempt", id: this.id, nextSeq: this.#pending[0]?.seq ?? this.#nextSeq },
      ...this.#pending.map((event): OutboxRecord => ({ kind: "event", event })),
      ...(this.#outcome === undefined ? [] : [{ kind: "outcome", outcome: this.#outcome } as const]),
    ];
  }

  /** Takes over a record that was kept before. */
  replay(record: OutboxRecord): void {
    switch (record.kind) {
      case "attempt":
        break;
      case "event":
        if (record.event.seq < this.#nextSeq) break;
        this.#keep(record.event, Buffer.byteLength(encodeRecord(record)));
        this.#nextSeq = record.event.seq + 1;
        break;
      case "outcome":
        this.#outcome = record.outcome;
        break;
      case "acked":
        this.acknowledge(record.seq);
        break;
    }
  }

  #noteDropped(at: string): readonly OutboxRecord[] {
    if (this.#dropped === 0) return [];
    const count = this.#dropped;
    this.#dropped = 0;
    return [this.#push({ type: "outbox.dropped", at, data: { count } })];
  }

  #push({ type, at, data }: NewRunEvent): OutboxRecord {
    let event: OutboxEvent = { seq: this.#nextSeq, at, type, data };
    let sizeBytes = Buffer.byteLength(JSON.stringify(event));
    if (sizeBytes > MAX_EVENT_BYTES) {
      event = { seq: this.#nextSeq, at, type, data: { omitted: "the event is too large", sizeBytes } };
      sizeBytes = Buffer.byteLength(JSON.stringify(event));
    }
    this.#nextSeq += 1;
    this.#keep(event, sizeBytes);
    return { kind: "event", event };
  }

  #keep(event: OutboxEvent, sizeBytes: number): void {
    this.#pending.push(event);
    this.#sizes.push(sizeBytes);
    this.#bytes += sizeBytes;
  }
}

/** The backlog that these records were kept for; undefined when not even the first one survived. */
export function restoreBacklog(records: readonly OutboxRecord[]): Backlog | undefined {
  const [first] = records;
  if (first?.kind !== "attempt") return undefined;
  const backlog = new Backlog(first.id, first.nextSeq);
  for (const record of records) backlog.replay(record);
  return backlog;
}

/**
 * Is there room for an event? Outcomes always have room.
 *
 * Over the limit, logs and progress have to go; over twice the limit, all events.
 */
export function admitsEvent(type: string, usedBytes: number, limitBytes: number): boolean {
  const isChatter = type === "log" || type === "progress";
  return usedBytes < (isChatter ? limitBytes : 2 * limitBytes);
}
