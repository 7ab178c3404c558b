import { messageOf } from "../core/errors.ts";
import type { AgentLog } from "./agent-log.ts";
import { admitsEvent, type Backlog, type NewRunEvent, type NextMessage } from "./backlog.ts";
import type { OutboxFile } from "./outbox-file.ts";
import { type AttemptId, encodeRecord, type JobOutcome, type OutboxRecord } from "./outbox-record.ts";

/** How many events are sent at once. */
export const BATCH_EVENTS = 200;
/** A file is written anew when this much of it was acknowledged, bytes. */
const COMPACT_BYTES = 4 * 1024 * 1024;
/** A disk that is full refuses twenty times a second; one line of that many is enough. */
const FAULTS_PER_LINE = 100;

/** What all attempts of an outbox share. */
export interface OutboxRoom {
  /** Bytes of events that wait, of all attempts. */
  usedBytes: number;
  readonly limitBytes: number;
  readonly log: AgentLog;
  onChange(attempt: AttemptOutbox): void;
  onDiscard(attempt: AttemptOutbox): void;
}

/** What is still to be said about one attempt: a backlog and the file that keeps it. */
export class AttemptOutbox {
  readonly #backlog: Backlog;
  readonly #file: OutboxFile;
  readonly #room: OutboxRoom;
  #ackedBytes = 0;
  #isSettling = false;
  #isDiscarded = false;
  #faults = 0;

  constructor(backlog: Backlog, file: OutboxFile, room: OutboxRoom) {
    this.#backlog = backlog;
    this.#file = file;
    this.#room = room;
    room.usedBytes += backlog.bytes;
  }

  get id(): AttemptId {
    return this.#backlog.id;
  }

  /** Undefined until it is durable. */
  get outcome(): JobOutcome | undefined {
    return this.#isSettling ? undefined : this.#backlog.outcome;
  }

  get pendingEvents(): number {
    return this.#backlog.pendingEvents;
  }

  get isDiscarded(): boolean {
    return this.#isDiscarded;
  }

  /** Keeps an event; when the outbox is full it may only be counted. */
  add(event: NewRunEvent): void {
    this.#keep(() => this.#backlog.add(event, admitsEvent(event.type, this.#room.usedBytes, this.#room.limitBytes)));
    this.#room.onChange(this);
  }

  /** Keeps how the attempt ended; resolves when it is durable, or when the disk refused: then memory has to do. */
  async settle(outcome: JobOutcome, at: Date): Promise<void> {
    this.#isSettling = true;
    this.#keep(() => this.#backlog.settle(outcome, at.toISOString()));
    await this.#file.sync().catch((error: unknown) => this.#complain(error));
    this.#isSettling = false;
    if (!this.#isDiscarded) this.#room.onChange(this);
  }

  /** Puts another outcome in the place of one that the orchestrator refused. */
  replaceOutcome(outcome: JobOutcome): void {
    this.#keep(() => this.#backlog.replaceOutcome(outcome));
  }

  next(): NextMessage | undefined {
    if (this.#isDiscarded) return undefined;
    const message = this.#backlog.next(BATCH_EVENTS);
    return message?.kind === "outcome" && this.#isSettling ? undefined : message;
  }

  /** The orchestrator has stored the events up to this one. */
  acknowledge(seq: number): void {
    const before = this.#backlog.bytes;
    this.#keep(() => this.#backlog.acknowledge(seq));
    this.#ackedBytes += before - this.#backlog.bytes;
    if (this.#ackedBytes < COMPACT_BYTES) return;
    this.#ackedBytes = 0;
    this.#file.compact();
  }

  /** Everything about the attempt was said, or does not matter any more. */
  async discard(): Promise<void> {
    if (this.#isDiscarded) return;
    this.#isDiscarded = true;
    this.#room.usedBytes -= this.#backlog.bytes;
    this.#room.onDiscard(this);
    await this.#file.remove().catch((error: unknown) => this.#complain(error));
  }

  /** Resolves when all is durable; the file stays. */
  async close(): Promise<void> {
    await this.#file.close().catch((error: unknown) => this.#complain(error));
  }

  #keep(change: () => readonly OutboxRecord[]): void {
    if (this.#isDiscarded) return;
    const before = this.#backlog.bytes;
    const records = change();
    this.#room.usedBytes += this.#backlog.bytes - before;
    for (const record of records) this.#file.append(encodeRecord(record), (error) => this.#complain(error));
  }

  #complain(error: unknown): void {
    this.#faults += 1;
    if (this.#faults % FAULTS_PER_LINE !== 1) return;
    const facts = { jobId: this.id.jobId, faults: this.#faults, problem: messageOf(error) };
    this.#room.log.error(facts, "outbox cannot be written");
  }
}
