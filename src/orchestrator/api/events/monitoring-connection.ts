import type { WebSocket } from "ws";
import type { Principal } from "../../../auth/index.ts";
import {
  CLOSE_CODE,
  type MonitoringMessage,
  type MonitoringRequest,
  monitoringRequest,
  type Outgoing,
  openMessage,
  PROTOCOL_VERSION,
} from "../../../contracts/index.ts";
import { pause } from "../../../core/deadline.ts";
import { AppError } from "../../../core/errors.ts";
import { newId } from "../../../core/ids.ts";
import type { EventRecord } from "../../../persistence/index.ts";
import type { FeedReader } from "../../../realtime/index.ts";
import { orchestratorErrors } from "../../errors.ts";
import { describeError } from "../../problem.ts";
import { invalidRequest } from "../../server/request-errors.ts";
import type { Services } from "../../services.ts";
import { viewEvent } from "./event-view.ts";
import { LAST_WORD_MS } from "./stream-life.ts";

export interface MonitoringCaller {
  readonly services: Services;
  readonly principal: Principal;
  /** Whether the key the connection was opened with still counts. */
  readonly isStillWelcome: () => Promise<boolean>;
  readonly onEnd: () => void;
}

type Subscription = Extract<MonitoringRequest, { type: "subscribe" }>;

/** The receiver shall come back and go on where it was (RFC 6455 and the IANA registry: Try Again Later). */
const TRY_AGAIN_LATER = 1013;
/** Bytes that may wait in the socket before the next event is held back. */
const MAX_BUFFERED_BYTES = 256 * 1024;
/** Messages that make no sense before the connection is closed. */
const MAX_MISTAKES = 20;

/** One reader on `/ws/monitoring`: at most one subscription at a time, numbered messages, pings. */
export class MonitoringConnection {
  readonly #socket: WebSocket;
  readonly #caller: MonitoringCaller;
  readonly #ended = new AbortController();
  #reader: FeedReader<EventRecord> | undefined;
  #sent = 0;
  #mistakes = 0;
  #isAlive = true;
  /** Number of the last event that was sent; where to go on. */
  #position: string | undefined;
  /** Requests are followed one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(socket: WebSocket, caller: MonitoringCaller) {
    this.#socket = socket;
    this.#caller = caller;
    socket.on("message", (data, isBinary) =>
      this.#receive(isBinary || !Buffer.isBuffer(data) ? "" : data.toString("utf8")),
    );
    socket.on("pong", () => {
      this.#isAlive = true;
    });
    // A broken connection closes right after; `close` does what is to be done.
    socket.on("error", () => undefined);
    socket.on("close", () => this.#end());
    void this.#keepAlive();
  }

  /** Sends the reader away for now. */
  async close(): Promise<void> {
    await this.#leave("ORCHESTRATOR_CLOSING", "The orchestrator stops or restarts", CLOSE_CODE.restarting);
  }

  #end(): void {
    this.#ended.abort();
    this.#reader?.close();
    this.#caller.onEnd();
  }

  async #keepAlive(): Promise<void> {
    while (await pause(this.#caller.services.limits.heartbeatMs, this.#ended.signal)) {
      if (!this.#isAlive) return this.#socket.terminate();
      this.#isAlive = false;
      this.#socket.ping();
      // A database out of reach is no reason to send anybody away.
      const isWelcome = await this.#caller.isStillWelcome().catch(() => true);
      if (!isWelcome)
        return this.#leave("AUTH_INVALID", "The API key does not count any more", CLOSE_CODE.unauthorized);
    }
  }

  #receive(text: string): void {
    const opened = openMessage(text);
    switch (opened.kind) {
      case "malformed":
        return this.#refuse(orchestratorErrors.REQUEST_MALFORMED({ problem: opened.problem }), undefined);
      case "other-version":
        this.#refuse(orchestratorErrors.PROTOCOL_VERSION({ expected: PROTOCOL_VERSION }), opened.id);
        return this.#socket.close(CLOSE_CODE.protocolVersion, "PROTOCOL_VERSION");
      case "opened":
        break;
    }
    const read = monitoringRequest.safeParse(opened.message);
    if (!read.success) return this.#refuse(invalidRequest("message", read.error), opened.id);
    this.#work = this.#work.then(() => this.#subscribe(read.data));
  }

  async #subscribe({ id, payload }: Subscription): Promise<void> {
    this.#reader?.close();
    const { types, jobId, after } = payload;
    try {
      const reader = await this.#caller.services.feed.subscribe({
        tenantId: this.#caller.principal.tenantId,
        ...(types && { types }),
        ...(jobId !== undefined && { jobId }),
        ...(after !== undefined && { after }),
        signal: this.#ended.signal,
        onSlow: () => void this.#leaveSlow(),
      });
      this.#reader = reader;
      this.#position = reader.after;
      void this.#send({ type: "subscribed", payload: { after: reader.after } }, id);
      void this.#forward(reader);
    } catch (error) {
      this.#refuse(error, id);
    }
  }

  async #forward(reader: FeedReader<EventRecord>): Promise<void> {
    try {
      for await (const event of reader.events) {
        // What was read ahead for a subscription that has been replaced.
        if (this.#reader !== reader) return;
        await this.#send({ type: "event", payload: viewEvent(event) }, undefined);
        this.#position = event.seq;
      }
    } catch (error) {
      if (error instanceof AppError && error.code === "REALTIME_SLOW_READER") return;
      this.#refuse(error, undefined);
      await this.#leave("INTERNAL", "The events cannot be read at the moment", TRY_AGAIN_LATER);
    }
  }

  #leaveSlow(): Promise<void> {
    const text = "The reader fell too far behind; connect again and subscribe with `after`";
    return this.#leave("REALTIME_SLOW_READER", text, TRY_AGAIN_LATER);
  }

  /** Says why, closes, and drops a peer that does not take it. */
  async #leave(code: string, message: string, closeCode: number): Promise<void> {
    const after = this.#position === undefined ? {} : { after: this.#position };
    void this.#send({ type: "closing", payload: { code, message, ...after } }, undefined);
    this.#socket.close(closeCode, code);
    if (await pause(LAST_WORD_MS, this.#ended.signal)) this.#socket.terminate();
  }

  #refuse(error: unknown, correlationId: string | undefined): void {
    const { problem } = describeError(error, "");
    if (problem.status >= 500) this.#caller.services.log.warn({ err: error }, "monitoring request failed");
    const { code, detail, retryable } = problem;
    void this.#send({ type: "error", payload: { code, message: detail, retryable } }, correlationId);
    this.#mistakes += 1;
    if (this.#mistakes >= MAX_MISTAKES) this.#socket.close(CLOSE_CODE.policy, "REQUEST_MALFORMED");
  }

  /** Resolves when more may be sent. */
  #send(message: Outgoing<MonitoringMessage>, correlationId: string | undefined): Promise<void> {
    this.#sent += 1;
    const envelope = {
      v: PROTOCOL_VERSION,
      type: message.type,
      id: newId(),
      ts: this.#caller.services.clock.now().toISOString(),
      seq: this.#sent,
      ...(correlationId !== undefined && { correlationId }),
      payload: message.payload,
    };
    return new Promise((resolve) => {
      // Called with an error when the connection is gone: `close` follows, and nobody waits for more.
      this.#socket.send(JSON.stringify(envelope), () => resolve());
      if (this.#socket.bufferedAmount <= MAX_BUFFERED_BYTES) resolve();
    });
  }
}
