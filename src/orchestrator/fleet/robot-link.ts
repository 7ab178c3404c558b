import type { RawData, WebSocket } from "ws";
import {
  CLOSE_CODE,
  type OrchestratorMessage,
  type Outgoing,
  openMessage,
  PROTOCOL_VERSION,
  type RobotMessage,
  robotMessage,
} from "../../contracts/index.ts";
import { messageOf } from "../../core/errors.ts";
import { newId } from "../../core/ids.ts";
import { fleetErrors } from "./errors.ts";
import type { FleetParts } from "./fleet-parts.ts";
import { fullBudget, type MessageBudget, spendMessage } from "./message-budget.ts";
import { wireError } from "./wire-error.ts";

/** Unreadable messages a connection may send before it is closed. */
const MAX_MALFORMED = 5;
/** A peer that does not read what it is sent is cut off at this many bytes. */
const MAX_BUFFERED_BYTES = 128 * 1024 * 1024;

interface LinkHandlers {
  onMessage(message: RobotMessage): void;
  /** Once. */
  onEnd(reason: string): void;
}

/** One WebSocket of a robot: reads and numbers messages, keeps the peer to its rate, notices when it is gone. */
export class RobotLink {
  readonly #socket: WebSocket;
  readonly #handlers: LinkHandlers;
  readonly #parts: Pick<FleetParts, "settings" | "log" | "clock">;
  readonly #pinger: NodeJS.Timeout;
  readonly #holds = new Set<string>();
  #slowTimer: NodeJS.Timeout | undefined;
  #budget: MessageBudget;
  #heardAtMs: number;
  #malformed = 0;
  #seq = 0;
  #endReason: string | undefined;
  #ended = false;

  constructor(socket: WebSocket, handlers: LinkHandlers, parts: Pick<FleetParts, "settings" | "log" | "clock">) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#parts = parts;
    this.#heardAtMs = parts.clock.monotonicMs();
    this.#budget = fullBudget(this.#limits(), this.#heardAtMs);
    this.#pinger = setInterval(() => this.#checkLiveness(), parts.settings.leaseMs / 6);
    this.#listen();
  }

  get isOpen(): boolean {
    return !this.#ended && this.#socket.readyState === this.#socket.OPEN;
  }

  /** @returns true once the message was handed to the network; false when the connection is gone. Never rejects. */
  send(message: Outgoing<OrchestratorMessage>, correlationId?: string): Promise<boolean> {
    if (!this.isOpen) return Promise.resolve(false);
    if (this.#socket.bufferedAmount > MAX_BUFFERED_BYTES) {
      this.end("the robot does not read");
      return Promise.resolve(false);
    }
    this.#seq += 1;
    const numbering = { v: PROTOCOL_VERSION, id: newId(), ts: this.#parts.clock.now().toISOString(), seq: this.#seq };
    const text = JSON.stringify({ ...numbering, correlationId, ...message });
    return new Promise((resolve) => {
      this.#socket.send(text, (error) => resolve(error === undefined || error === null));
    });
  }

  /** Tells the robot that its message failed. */
  refuse(error: unknown, correlationId?: string): void {
    void this.send({ type: "error", payload: wireError(error) }, correlationId);
  }

  /** Stops or goes on reading, for one of several reasons; the peer then waits, nothing is lost. */
  hold(reason: string, on: boolean): void {
    const before = this.#holds.size;
    if (on) this.#holds.add(reason);
    else this.#holds.delete(reason);
    if (before === 0 && this.#holds.size > 0) this.#socket.pause();
    if (before > 0 && this.#holds.size === 0) {
      this.#heardAtMs = this.#parts.clock.monotonicMs();
      this.#socket.resume();
    }
  }

  /** Closes politely; a peer that does not answer is cut off after a second. */
  close(code: number, reason: string): void {
    this.#endReason ??= reason;
    this.#socket.close(code, reason);
    setTimeout(() => this.end(reason), 1_000).unref();
  }

  /** Cuts the connection. */
  end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#pinger);
    clearTimeout(this.#slowTimer);
    this.#socket.terminate();
    this.#handlers.onEnd(this.#endReason ?? reason);
  }

  #limits(): { readonly perSecond: number; readonly burst: number } {
    const { messagesPerSecond, messageBurst } = this.#parts.settings;
    return { perSecond: messagesPerSecond, burst: messageBurst };
  }

  #listen(): void {
    const heard = (): void => {
      this.#heardAtMs = this.#parts.clock.monotonicMs();
    };
    this.#socket.on("message", (data, isBinary) => {
      heard();
      this.#spend();
      if (!this.#ended) this.#receive(data, isBinary);
    });
    this.#socket.on("ping", heard);
    this.#socket.on("pong", heard);
    this.#socket.on("error", (error) => this.end(messageOf(error)));
    this.#socket.on("close", (code) => this.end(`closed with code ${code}`));
  }

  #spend(): void {
    const nowMs = this.#parts.clock.monotonicMs();
    const { budget, pauseMs } = spendMessage(this.#budget, this.#limits(), nowMs);
    this.#budget = budget;
    if (pauseMs === 0) return;
    this.hold("rate", true);
    clearTimeout(this.#slowTimer);
    this.#slowTimer = setTimeout(() => this.hold("rate", false), pauseMs);
  }

  #checkLiveness(): void {
    const silentMs = this.#parts.clock.monotonicMs() - this.#heardAtMs;
    // Whoever does not listen cannot say that the other one is silent.
    if (this.#holds.size === 0 && silentMs > this.#parts.settings.leaseMs) return this.end("the robot is silent");
    if (this.isOpen) this.#socket.ping();
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (isBinary) return this.#malform("binary message");
    const opened = openMessage(textOf(data));
    if (opened.kind === "malformed") return this.#malform(opened.problem);
    if (opened.kind === "other-version") {
      this.refuse(fleetErrors.FLEET_PROTOCOL_VERSION({ expected: PROTOCOL_VERSION }), opened.id);
      return this.close(CLOSE_CODE.protocolVersion, "other protocol version");
    }
    const read = robotMessage.safeParse(opened.message);
    if (read.success) return this.#handlers.onMessage(read.data);
    const [issue] = read.error.issues;
    this.#malform(`${opened.type.slice(0, 64)} ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`, opened.id);
  }

  #malform(problem: string, id?: string): void {
    this.#malformed += 1;
    this.#parts.log.warn({ problem }, "unreadable message of a robot");
    this.refuse(fleetErrors.FLEET_MALFORMED({ problem }), id);
    if (this.#malformed >= MAX_MALFORMED) this.close(CLOSE_CODE.policy, "too many unreadable messages");
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return data instanceof ArrayBuffer ? Buffer.from(data).toString() : data.toString();
}
